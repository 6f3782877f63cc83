// Package round is one round of a Go client: produce, consume as a group of two, commit, leave, come back.
// See ../../README.md.
package round

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	Partitions = 4
	each       = 200
	later      = 50
	keys       = 20
	patience   = 60 * time.Second
)

// Record is what a client sends and reads; the partition counts only where it was read.
type Record struct {
	Key, Value string
	Partition  int32
}

// Member reads as one of a group, on goroutines of its own, and hands what it reads to a Sink.
type Member interface {
	Assigned() []int32
	Commit() error
	Close() error
}

// Client is the library under test.
type Client interface {
	Create(topic string) error
	Produce(topic, codec string, records []Record) error
	Join(topic, group string, sink *Sink) (Member, error)
}

// Sink collects records from any goroutine.
type Sink struct {
	mutex   sync.Mutex
	records []Record
}

func (s *Sink) Add(record Record) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.records = append(s.records, record)
}

func (s *Sink) all() []Record {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.records)
}

func Bootstrap() string { return os.Getenv("MUIR_BOOTSTRAP") }

func records(codec string, from, to int) []Record {
	var all []Record
	for number := from; number < to; number++ {
		all = append(all, Record{Key: fmt.Sprintf("%s-%d", codec, number%keys), Value: fmt.Sprintf("%s:%06d", codec, number)})
	}
	return all
}

func until(condition func() bool, what func() string) error {
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %v: %s", patience, what())
		}
	}
	return nil
}

// once: each record once, the values of a key in their order, all in one partition.
func once(seen, wanted []Record) error {
	names := func(records []Record) []string {
		var all []string
		for _, one := range records {
			all = append(all, one.Key+"="+one.Value)
		}
		slices.Sort(all)
		return all
	}
	if !slices.Equal(names(seen), names(wanted)) {
		return fmt.Errorf("not each of %d records once: %d came", len(wanted), len(seen))
	}
	last := map[string]Record{}
	for _, one := range seen {
		if before, ok := last[one.Key]; ok && (before.Value >= one.Value || before.Partition != one.Partition) {
			return fmt.Errorf("out of order: %v after %v", one, before)
		}
		last[one.Key] = one
	}
	return nil
}

func consume(sink *Sink, wanted []Record) error {
	what := func() string { return fmt.Sprintf("%d records, %d came", len(wanted), len(sink.all())) }
	if err := until(func() bool { return len(sink.all()) >= len(wanted) }, what); err != nil {
		return err
	}
	return once(sink.all(), wanted)
}

func shared(members []Member) bool {
	seen := map[int32]bool{}
	total := 0
	for _, member := range members {
		part := member.Assigned()
		if len(part) == 0 {
			return false
		}
		total += len(part)
		for _, partition := range part {
			seen[partition] = true
		}
	}
	return total == Partitions && len(seen) == Partitions
}

func inTwo(client Client, topic, group string, codecs []string) error {
	var sink Sink
	var members []Member
	for range 2 {
		member, err := client.Join(topic, group, &sink)
		if err != nil {
			return err
		}
		members = append(members, member)
	}
	if err := until(func() bool { return shared(members) }, func() string { return "every member has its part" }); err != nil {
		return err
	}
	var wanted []Record
	for _, codec := range codecs {
		all := records(codec, 0, each)
		if err := client.Produce(topic, codec, all); err != nil {
			return err
		}
		wanted = append(wanted, all...)
	}
	if err := consume(&sink, wanted); err != nil {
		return err
	}
	for _, member := range members {
		if err := member.Commit(); err != nil {
			return err
		}
	}
	for _, member := range members {
		if err := member.Close(); err != nil {
			return err
		}
	}
	return nil
}

func again(client Client, topic, group, codec string) error {
	more := records(codec, each, each+later)
	if err := client.Produce(topic, codec, more); err != nil {
		return err
	}
	var sink Sink
	third, err := client.Join(topic, group, &sink)
	if err != nil {
		return err
	}
	if err := consume(&sink, more); err != nil {
		return err
	}
	return third.Close()
}

// Main runs the round, prints a line, and ends the program.
func Main(name, version string, client Client, codecs []string) {
	topic := fmt.Sprintf("round-%s-%08x", name, rand.Uint32())
	group := "of-" + topic
	err := client.Create(topic)
	if err == nil {
		err = inTwo(client, topic, group, codecs)
	}
	if err == nil {
		err = again(client, topic, group, codecs[0])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, name, version, err)
		os.Exit(1)
	}
	fmt.Printf("ok %s %s: %d records (%s) by two members, %d more by a third\n", name, version, each*len(codecs),
		strings.Join(codecs, " "), later)
}

// Version is that of a module of this program.
func Version(module string) string {
	build, _ := debug.ReadBuildInfo()
	for _, one := range build.Deps {
		if one.Path == module {
			return one.Version
		}
	}
	return "?"
}
