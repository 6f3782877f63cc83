// sarama: a client in Go that derives what it sends from a release of Kafka, 2.1 here unless told otherwise.
package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"muir/ecosystem/round"
)

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

type client struct{}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	return config
}

func (client) Create(topic string) error {
	admin, err := sarama.NewClusterAdmin([]string{round.Bootstrap()}, config())
	if err != nil {
		return err
	}
	defer admin.Close()
	return admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: round.Partitions, ReplicationFactor: 1}, false)
}

func (client) Produce(topic, codec string, records []round.Record) error {
	settings := config()
	settings.Producer.Compression = codecs[codec]
	producer, err := sarama.NewSyncProducer([]string{round.Bootstrap()}, settings)
	if err != nil {
		return err
	}
	var all []*sarama.ProducerMessage
	for _, one := range records {
		all = append(all, &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(one.Key), Value: sarama.StringEncoder(one.Value)})
	}
	return errors.Join(producer.SendMessages(all), producer.Close())
}

// A member: sarama calls Setup, ConsumeClaim for each partition, and Cleanup, once a generation.
type member struct {
	group   sarama.ConsumerGroup
	sink    *round.Sink
	cancel  context.CancelFunc
	ended   chan error
	mutex   sync.Mutex
	session sarama.ConsumerGroupSession
	parts   []int32
}

func (client) Join(topic, group string, sink *round.Sink) (round.Member, error) {
	consumers, err := sarama.NewConsumerGroup([]string{round.Bootstrap()}, group, config())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &member{group: consumers, sink: sink, cancel: cancel, ended: make(chan error, 1)}
	go func() {
		for ctx.Err() == nil {
			if err := consumers.Consume(ctx, []string{topic}, m); err != nil {
				m.ended <- err
				return
			}
		}
		m.ended <- nil
	}()
	return m, nil
}

func (m *member) hold(session sarama.ConsumerGroupSession, parts []int32) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.session, m.parts = session, parts
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	for _, parts := range session.Claims() {
		m.hold(session, parts)
	}
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error {
	m.hold(nil, nil)
	return nil
}

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case one, open := <-claim.Messages():
			if !open {
				return nil
			}
			session.MarkMessage(one, "")
			m.sink.Add(round.Record{Key: string(one.Key), Value: string(one.Value), Partition: one.Partition})
		case <-session.Context().Done():
			return nil
		}
	}
}

func (m *member) Assigned() []int32 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.parts
}

func (m *member) Commit() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.session.Commit()
	return nil
}

func (m *member) Close() error {
	m.cancel()
	return errors.Join(<-m.ended, m.group.Close())
}

func main() {
	round.Main("sarama", round.Version("github.com/IBM/sarama"), client{}, []string{"none", "gzip", "snappy", "lz4", "zstd"})
}
