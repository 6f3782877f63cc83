/**
 * Runs Apache Kafka's published test classes, unchanged, against a broker at an address.  Their own harness starts a
 * cluster inside the process; the classes here stand before it and hand each test the broker under test.
 */
package muir.suites;
