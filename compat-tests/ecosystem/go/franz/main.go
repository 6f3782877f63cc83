// franz-go: a client in Go that decodes strictly.
package main

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"muir/ecosystem/round"
)

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

type franz struct{}

func (franz) Create(topic string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(round.Bootstrap()))
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(context.Background(), round.Partitions, 1, nil, topic)
	return err
}

func (franz) Produce(topic, codec string, records []round.Record) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(round.Bootstrap()), kgo.DefaultProduceTopic(topic),
		kgo.ProducerBatchCompression(codecs[codec]))
	if err != nil {
		return err
	}
	defer client.Close()
	var all []*kgo.Record
	for _, one := range records {
		all = append(all, kgo.KeyStringRecord(one.Key, one.Value))
	}
	return client.ProduceSync(context.Background(), all...).FirstErr()
}

type member struct {
	client *kgo.Client
	mutex  sync.Mutex
	parts  map[int32]bool
	ended  chan struct{}
}

func (franz) Join(topic, group string, sink *round.Sink) (round.Member, error) {
	m := &member{parts: map[int32]bool{}, ended: make(chan struct{})}
	note := func(has bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			for _, partition := range topics[topic] {
				if m.parts[partition] = has; !has {
					delete(m.parts, partition)
				}
			}
		}
	}
	var err error
	m.client, err = kgo.NewClient(kgo.SeedBrokers(round.Bootstrap()), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.HeartbeatInterval(200e6),
		kgo.FetchMaxWait(100e6), kgo.OnPartitionsAssigned(note(true)), kgo.OnPartitionsRevoked(note(false)),
		kgo.OnPartitionsLost(note(false)))
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(m.ended)
		for {
			fetches := m.client.PollFetches(context.Background())
			if fetches.IsClientClosed() {
				return
			}
			fetches.EachRecord(func(one *kgo.Record) {
				sink.Add(round.Record{Key: string(one.Key), Value: string(one.Value), Partition: one.Partition})
			})
		}
	}()
	return m, nil
}

func (m *member) Assigned() []int32 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var all []int32
	for partition := range m.parts {
		all = append(all, partition)
	}
	return all
}

func (m *member) Commit() error { return m.client.CommitUncommittedOffsets(context.Background()) }

func (m *member) Close() error {
	m.client.Close() // Leaves the group.
	<-m.ended
	return nil
}

func main() {
	round.Main("franz-go", round.Version("github.com/twmb/franz-go"), franz{}, []string{"none", "gzip", "snappy", "lz4", "zstd"})
}
