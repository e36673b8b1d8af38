package io.dfsnet.bench;

import io.dfsnet.cli.bench.ConvolutionProblem;
import io.dfsnet.cli.bench.Pass;
import io.dfsnet.cli.bench.ProductProblem;
import io.dfsnet.cli.bench.Suite;
import io.dfsnet.cli.bench.Suites;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * JMH with one parameter more: {@code -p suite=NAME,...} stands for the problems of these {@link
 * Suites}. All else is JMH's own. Where no benchmark is named, those run that measure what the
 * suites ask for.
 */
public final class Main {
  private Main() {}

  /** Runs benchmarks as {@code org.openjdk.jmh.Main} does. */
  public static void main(String[] arguments) throws CommandLineOptionException, IOException {
    var options = new CommandLineOptions(arguments);
    Collection<String> suites = options.getParameter("suite").orElse(List.of());
    boolean named = !options.getIncludes().isEmpty();
    List<String> words = new ArrayList<>(Arrays.asList(arguments));
    try {
      words.addAll(expand(suites, named));
    } catch (IllegalArgumentException unknown) {
      System.err.println(unknown.getMessage());
      System.exit(2);
    }
    org.openjdk.jmh.Main.main(words.toArray(String[]::new));
  }

  /**
   * The problems of suites as words of JMH's command line.
   *
   * @param named whether the benchmarks to run have been named
   */
  static List<String> expand(Collection<String> suites, boolean named) {
    Set<String> convolutions = new LinkedHashSet<>();
    Set<String> products = new LinkedHashSet<>();
    Set<String> benchmarks = new LinkedHashSet<>();
    for (String suite : suites) {
      for (Suite.Row row : Suites.read(suite).rows()) {
        switch (row.problem()) {
          case ConvolutionProblem problem -> {
            convolutions.add(problem.geometry().problem());
            benchmarks.add("ConvolutionBenchmark." + method(problem.pass()) + "$");
          }
          case ProductProblem problem -> {
            products.add(problem.toString());
            benchmarks.add("ProductBenchmark.multiply$");
          }
        }
      }
    }
    List<String> words = new ArrayList<>();
    addParameter("problem", convolutions, words);
    addParameter("product", products, words);
    if (!named) {
      words.addAll(benchmarks);
    }
    return words;
  }

  /** The benchmark of a pass in {@link ConvolutionBenchmark}. */
  private static String method(Pass pass) {
    return switch (pass) {
      case FORWARD -> "forward";
      case BACKWARD_DATA -> "backwardData";
      case BACKWARD_WEIGHTS -> "backwardWeights";
      case BACKWARD -> "backward";
    };
  }

  /** JMH separates the values of a parameter with commas, which no problem contains. */
  private static void addParameter(String name, Set<String> values, List<String> words) {
    if (!values.isEmpty()) {
      words.add("-p");
      words.add(name + "=" + String.join(",", values));
    }
  }
}
