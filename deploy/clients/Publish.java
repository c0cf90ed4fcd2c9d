// Publishes one event with Apache Kafka's client, in structured mode.
//   java -cp 'kafka-clients.jar:slf4j-api.jar:...' Publish.java BROKERS TOPIC CUSTOMER
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class Publish {
    public static void main(String[] args) throws Exception {
        String topic = args[1], customer = args[2];
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "enable.idempotence", true);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            // A JSON library does this better: the customer's id is put in as it stands.
            String event = """
                {"specversion":"1.0","id":"%s","source":"/examples/java","type":"feedback.received",
                 "subject":"%s","time":"%s","data":{"sentiment":"praise"}}
                """.formatted(UUID.randomUUID(), customer, Instant.now());
            var record = new ProducerRecord<>(topic, customer, event);
            record.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
            producer.send(record).get(); // throws if it was not taken
        }
    }
}
