// Command etcd-writer changes objects where kube-apiserver keeps them, at a rate. It takes orders, a line of JSON each: first the objects of a set, by where they are
// kept and which number of theirs is to rise; then which set to change how often a second, and when to stop. Once it has read a set, and once it has stopped, it says so with
// a line. It ends with its input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// width is how many writes may be under way.
const width = 16

// magic is how many bytes stand before the message that kube-apiserver stores.
const magic = 4

type key struct {
	URL  string `json:"url"`
	Path string `json:"path"`
}

// order is one of three: objects to keep as the next set, a set to change, or to stop.
type order struct {
	Keys []key `json:"keys"`
	// Field is the way to a number in the stored object: the numbers of fields from outside in.
	Field     []uint64 `json:"field"`
	Set       int      `json:"set"`
	PerSecond float64  `json:"perSecond"`
	Stop      bool     `json:"stop"`
}

type report struct {
	Done  int    `json:"done"`
	Error string `json:"error,omitempty"`
}

// set is what is changed: its objects, as they are known to be stored.
type set struct {
	keys   []key
	field  []uint64
	values [][]byte
	stores map[string]pb.KVClient
	count  uint64
}

func main() {
	var sets []*set
	stop := func() report { return report{} }
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var given order
		answer := report{}
		if err := json.Unmarshal(line, &given); err != nil {
			answer.Error = err.Error()
		} else if given.Keys != nil {
			if read, err := readSet(given); err != nil {
				answer.Error = err.Error()
			} else {
				sets = append(sets, read)
			}
		} else if given.Stop {
			answer = stop()
			stop = func() report { return report{} }
		} else {
			stop = begin(sets[given.Set], given.PerSecond)
			continue
		}
		said, _ := json.Marshal(answer)
		fmt.Println(string(said))
	}
}

func readSet(given order) (*set, error) {
	read := &set{keys: given.Keys, field: given.Field, values: make([][]byte, len(given.Keys)), stores: map[string]pb.KVClient{}}
	for index, at := range read.keys {
		store, found := read.stores[at.URL]
		if !found {
			target := strings.TrimPrefix(at.URL, "http://")
			connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return nil, err
			}
			store = pb.NewKVClient(connection)
			read.stores[at.URL] = store
		}
		answer, err := store.Range(context.Background(), &pb.RangeRequest{Key: []byte(at.Path)})
		if err != nil {
			return nil, err
		}
		if len(answer.Kvs) == 0 {
			return nil, fmt.Errorf("there is no %s", at.Path)
		}
		read.values[index] = answer.Kvs[0].Value
	}
	return read, nil
}

// begin writes at the rate until the function that comes back is called.
func begin(of *set, perSecond float64) func() report {
	from := time.Now()
	var lock sync.Mutex
	var work sync.WaitGroup
	begun, done, failed := 0, 0, error(nil)
	isStopped := make(chan struct{})
	next := func() (time.Time, key, []byte, bool) {
		lock.Lock()
		defer lock.Unlock()
		if failed != nil {
			return time.Time{}, key{}, nil, false
		}
		due := from.Add(time.Duration(float64(begun) / perSecond * float64(time.Second)))
		begun++
		index := rand.IntN(len(of.keys))
		of.count++
		value, err := withNumber(of.values[index], of.field, of.count)
		if err != nil {
			failed = err
			return due, key{}, nil, false
		}
		of.values[index] = value
		return due, of.keys[index], value, true
	}
	for range width {
		work.Add(1)
		go func() {
			defer work.Done()
			for {
				due, at, value, more := next()
				if !more {
					return
				}
				select {
				case <-isStopped:
					return
				case <-time.After(time.Until(due)):
				}
				_, err := of.stores[at.URL].Put(context.Background(), &pb.PutRequest{Key: []byte(at.Path), Value: value})
				lock.Lock()
				if done++; err != nil {
					failed = err
				}
				lock.Unlock()
			}
		}()
	}
	return func() report {
		close(isStopped)
		work.Wait()
		if failed != nil {
			return report{Done: done, Error: failed.Error()}
		}
		return report{Done: done}
	}
}

// withNumber is the object with that number where the path ends; the lengths of all messages around it follow.
func withNumber(stored []byte, path []uint64, value uint64) ([]byte, error) {
	changed, err := replaced(stored[magic:], path, value)
	return append(append([]byte{}, stored[:magic]...), changed...), err
}

func replaced(message []byte, path []uint64, value uint64) ([]byte, error) {
	for at := 0; at < len(message); {
		tag, afterTag, err := varint(message, at)
		if err != nil {
			return nil, err
		}
		number, behind, err := varint(message, afterTag)
		if err != nil {
			return nil, err
		}
		isVarint := tag&7 == 0
		from, to := afterTag, behind
		if !isVarint {
			if tag&7 != 2 || behind+int(number) > len(message) {
				return nil, fmt.Errorf("field %d has wire type %d", tag>>3, tag&7)
			}
			from, to = behind, behind+int(number)
		}
		if tag>>3 != path[0] {
			at = to
			continue
		}
		var content []byte
		if len(path) == 1 {
			content = appendVarint(nil, value)
		} else {
			inner, err := replaced(message[from:to], path[1:], value)
			if err != nil {
				return nil, err
			}
			content = append(appendVarint(nil, uint64(len(inner))), inner...)
		}
		result := append([]byte{}, message[:afterTag]...)
		return append(append(result, content...), message[to:]...), nil
	}
	return nil, fmt.Errorf("there is no field %v in a message", path)
}

func varint(message []byte, at int) (uint64, int, error) {
	var value uint64
	for shift := 0; shift < 64 && at < len(message); shift += 7 {
		value |= uint64(message[at]&0x7f) << shift
		at++
		if message[at-1] < 0x80 {
			return value, at, nil
		}
	}
	return 0, 0, fmt.Errorf("a number does not end")
}

func appendVarint(to []byte, value uint64) []byte {
	for ; value >= 0x80; value >>= 7 {
		to = append(to, byte(value)|0x80)
	}
	return append(to, byte(value))
}
