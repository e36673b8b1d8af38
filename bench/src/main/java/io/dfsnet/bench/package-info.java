/**
 * JMH benchmarks. After {@code mvn -pl bench -am -DskipTests package} they run with {@code java
 * --add-modules jdk.incubator.vector -cp 'bench/target/dist/*' org.openjdk.jmh.Main}.
 */
package io.dfsnet.bench;
