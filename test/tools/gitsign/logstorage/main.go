// Command logstorage is what Rekor and a certificate log stand on, in one process and in memory: Trillian's own log
// server and signer, and miniredis for Rekor's index.
//
//	logstorage -rpc_endpoint 127.0.0.1:8090 -redis_endpoint 127.0.0.1:6379 -trees 2
//
// It prints the identifier of each tree that it made on a line, when it is about to serve them.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/trillian"
	"github.com/google/trillian/extension"
	logs "github.com/google/trillian/log"
	"github.com/google/trillian/monitoring"
	"github.com/google/trillian/quota"
	"github.com/google/trillian/server"
	"github.com/google/trillian/server/interceptor"
	"github.com/google/trillian/storage"
	"github.com/google/trillian/storage/memory"
	"github.com/google/trillian/util/clock"
	"github.com/google/trillian/util/election2"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

func main() {
	log.SetFlags(0)
	rpc := flag.String("rpc_endpoint", "", "where Trillian's log server listens, host:port")
	redis := flag.String("redis_endpoint", "", "where Redis listens, host:port")
	trees := flag.Int("trees", 1, "how many logs there are to be")
	flag.Parse()
	if err := run(context.Background(), *rpc, *redis, *trees); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, rpcEndpoint, redisEndpoint string, count int) error {
	if err := miniredis.NewMiniRedis().StartAddr(redisEndpoint); err != nil {
		return err
	}
	trees := memory.NewTreeStorage()
	metrics := monitoring.InertMetricFactory{}
	registry := extension.Registry{
		AdminStorage:    memory.NewAdminStorage(trees),
		LogStorage:      memory.NewLogStorage(trees, metrics),
		ElectionFactory: election2.NoopFactory{},
		QuotaManager:    quota.Noop(),
		MetricFactory:   metrics,
	}
	logServer := server.NewTrillianLogRPCServer(registry, clock.System)
	ids, err := makeTrees(ctx, registry, logServer, count)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", rpcEndpoint)
	if err != nil {
		return err
	}
	for _, id := range ids {
		fmt.Println(id)
	}
	go sign(ctx, registry)
	guard := interceptor.New(registry.AdminStorage, registry.QuotaManager, false, metrics)
	serving := grpc.NewServer(grpc.ChainUnaryInterceptor(interceptor.ErrorWrapper, guard.UnaryInterceptor))
	trillian.RegisterTrillianLogServer(serving, logServer)
	return serving.Serve(listener)
}

func makeTrees(
	ctx context.Context,
	registry extension.Registry,
	logServer *server.TrillianLogRPCServer,
	count int,
) ([]int64, error) {
	ids := make([]int64, 0, count)
	for range count {
		tree, err := storage.CreateTree(ctx, registry.AdminStorage, &trillian.Tree{
			TreeType:        trillian.TreeType_LOG,
			TreeState:       trillian.TreeState_ACTIVE,
			MaxRootDuration: durationpb.New(time.Hour),
		})
		if err != nil {
			return nil, err
		}
		if _, err := logServer.InitLog(ctx, &trillian.InitLogRequest{LogId: tree.TreeId}); err != nil {
			return nil, err
		}
		ids = append(ids, tree.TreeId)
	}
	return ids, nil
}

// sign integrates what was queued, as Trillian's signer does, without an election: there is no other.
func sign(ctx context.Context, registry extension.Registry) {
	logs.NewOperationManager(logs.OperationInfo{
		Registry:    registry,
		BatchSize:   100,
		NumWorkers:  1,
		RunInterval: 20 * time.Millisecond,
		TimeSource:  clock.System,
	}, logs.NewSequencerManager(registry, 0)).OperationLoop(ctx)
}
