//! rdkafka, librdkafka from Rust: produce, consume as a group of two, commit, leave, come back.  See ../../README.md.

use std::collections::{HashMap, HashSet};
use std::env;
use std::process::exit;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::Message;

const PARTITIONS: usize = 4;
const EACH: usize = 200;
const LATER: usize = 50;
const KEYS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);
const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    key: String,
    value: String,
}

fn records(codec: &str, from: usize, to: usize) -> Vec<Record> {
    let one = |number| Record { key: format!("{codec}-{}", number % KEYS), value: format!("{codec}:{number:06}") };
    (from..to).map(one).collect()
}

fn config() -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", env::var("MUIR_BOOTSTRAP").expect("MUIR_BOOTSTRAP is not set"));
    config.set_log_level(RDKafkaLogLevel::Emerg);
    config
}

fn create(topic: &str) -> Outcome<()> {
    let admin: AdminClient<DefaultClientContext> = config().create()?;
    let wanted = NewTopic::new(topic, PARTITIONS as i32, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for result in futures_executor::block_on(admin.create_topics(&[wanted], &options))? {
        result.map_err(|(name, code)| format!("{name}: {code}"))?;
    }
    Ok(())
}

fn produce(topic: &str, codec: &str, all: &[Record]) -> Outcome<()> {
    let producer: ThreadedProducer<DefaultProducerContext> = config().set("compression.codec", codec).set("linger.ms", "5").create()?;
    for one in all {
        producer.send(BaseRecord::to(topic).key(&one.key).payload(&one.value)).map_err(|(error, _)| error)?;
    }
    Ok(producer.flush(PATIENCE)?)
}

fn join(topic: &str, group: &str) -> Outcome<BaseConsumer> {
    let consumer: BaseConsumer = config()
        .set("group.id", group)
        .set("group.protocol", "classic")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("fetch.wait.max.ms", "100")
        .create()?;
    consumer.subscribe(&[topic])?;
    Ok(consumer)
}

fn poll(consumer: &BaseConsumer, seen: &mut Vec<(i32, Record)>) -> Outcome<()> {
    while let Some(message) = consumer.poll(Duration::from_millis(20)) {
        let message = message?;
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        seen.push((message.partition(), Record { key: text(message.key()), value: text(message.payload()) }));
    }
    Ok(())
}

fn shared(members: &[BaseConsumer]) -> Outcome<bool> {
    let mut all = HashSet::new();
    let mut total = 0;
    for member in members {
        let assignment = member.assignment()?;
        if assignment.count() == 0 {
            return Ok(false);
        }
        total += assignment.count();
        all.extend(assignment.elements().iter().map(|one| one.partition()));
    }
    Ok(total == PARTITIONS && all.len() == PARTITIONS)
}

/// Until `done`, polling each member in turn.
fn until(members: &[BaseConsumer], seen: &mut Vec<(i32, Record)>, what: &str,
         done: impl Fn(&[(i32, Record)]) -> Outcome<bool>) -> Outcome<()> {
    let deadline = Instant::now() + PATIENCE;
    while !done(seen)? {
        for member in members {
            poll(member, seen)?;
        }
        if Instant::now() > deadline {
            return Err(format!("not within {PATIENCE:?}: {what}, {} records came", seen.len()).into());
        }
    }
    Ok(())
}

/// Each record once, the values of a key in their order, all in one partition.
fn expect_once(seen: &[(i32, Record)], wanted: &[Record]) -> Outcome<()> {
    let mut read: Vec<Record> = seen.iter().map(|(_, record)| record.clone()).collect();
    let mut sent = wanted.to_vec();
    read.sort();
    sent.sort();
    if read != sent {
        return Err(format!("not each of {} records once: {} came", sent.len(), read.len()).into());
    }
    let mut last: HashMap<&str, &(i32, Record)> = HashMap::new();
    for one in seen {
        if let Some(before) = last.insert(&one.1.key, one) {
            if before.0 != one.0 || before.1.value >= one.1.value {
                return Err(format!("out of order: {one:?} after {before:?}").into());
            }
        }
    }
    Ok(())
}

fn round(topic: &str, group: &str) -> Outcome<()> {
    create(topic)?;
    let members = [join(topic, group)?, join(topic, group)?];
    let mut seen = Vec::new();
    until(&members, &mut seen, "each member has its part", |_| shared(&members))?;
    let mut wanted = Vec::new();
    for codec in CODECS {
        let all = records(codec, 0, EACH);
        produce(topic, codec, &all)?;
        wanted.extend(all);
    }
    until(&members, &mut seen, "all records", |seen| Ok(seen.len() >= wanted.len()))?;
    expect_once(&seen, &wanted)?;
    for member in &members {
        member.commit_consumer_state(CommitMode::Sync)?;
    }
    drop(members); // Leaves the group.
    let later = records(CODECS[0], EACH, EACH + LATER);
    produce(topic, CODECS[0], &later)?;
    let third = [join(topic, group)?];
    let mut again = Vec::new();
    until(&third, &mut again, "what came later", |seen| Ok(seen.len() >= later.len()))?;
    expect_once(&again, &later)
}

fn main() {
    let unique = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_nanos();
    let topic = format!("round-rust-{unique:x}");
    let version = rdkafka::util::get_rdkafka_version().1;
    if let Err(failure) = round(&topic, &format!("of-{topic}")) {
        eprintln!("rust rdkafka on librdkafka {version}: {failure}");
        exit(1);
    }
    println!("ok rust-rdkafka 0.39.0 on librdkafka {version}: {} records ({}) by two members, {LATER} more by a third",
             EACH * CODECS.len(), CODECS.join(" "));
}
