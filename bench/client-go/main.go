// Command client-go is the yardstick for start and memory: informers for the pods and nodes of each kubeconfig given, over protobuf, with
// managedFields stripped before an object is kept. It prints "synced PODS" once all are there, then "heap BYTES", what they take after a
// collection beyond what the program took before, and ends.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	before := heap()
	var pods []cache.SharedIndexInformer
	var synced []cache.InformerSynced
	for _, path := range os.Args[1:] {
		factory := informers.NewSharedInformerFactoryWithOptions(client(path), 0, informers.WithTransform(strip))
		pod, node := factory.Core().V1().Pods().Informer(), factory.Core().V1().Nodes().Informer()
		pods = append(pods, pod)
		synced = append(synced, pod.HasSynced, node.HasSynced)
		factory.Start(ctx.Done())
	}
	if !cache.WaitForCacheSync(ctx.Done(), synced...) {
		fail(fmt.Errorf("the informers did not sync"))
	}
	count := 0
	for _, informer := range pods {
		count += len(informer.GetStore().ListKeys())
	}
	fmt.Printf("synced %d\n", count)
	fmt.Printf("heap %d\n", heap()-before)
	runtime.KeepAlive(pods)
}

func client(path string) kubernetes.Interface {
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		fail(err)
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		fail(err)
	}
	return set
}

func strip(object any) (any, error) {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	accessor.SetManagedFields(nil)
	return object, nil
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
