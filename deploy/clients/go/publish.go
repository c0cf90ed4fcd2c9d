// Publishes one event with franz-go, in structured mode.
//
//	go run . BROKERS TOPIC CUSTOMER
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	brokers, topic, customer := os.Args[1], os.Args[2], os.Args[3]
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(brokers, ",")...)) // idempotent by default
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	now := time.Now().UTC()
	event, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": fmt.Sprint(now.UnixNano()), "source": "/examples/go", "type": "call.completed",
		"subject": customer, "time": now.Format(time.RFC3339Nano),
		"data": map[string]any{"direction": "inbound", "duration_s": 95},
	})
	if err != nil {
		log.Fatal(err)
	}
	record := &kgo.Record{
		Topic: topic, Key: []byte(customer), Value: event,
		Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json")}},
	}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		log.Fatal(err)
	}
}
