package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.cli.bench.WrongResultException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;

class FailureTest {

  @Test
  void wrongCallsAreTwoAndFailedWorkIsOne() {
    assertThat(Failure.of(new UsageException("a: b; c")))
        .isEqualTo(new Failure(2, "a: b; c", false));
    assertThat(Failure.of(new CommandException("a: b"))).isEqualTo(new Failure(1, "a: b", false));
    assertThat(Failure.of(new WrongResultException("a: b")))
        .isEqualTo(new Failure(1, "a: b", false));
  }

  @Test
  void filesAreNamed() {
    assertThat(Failure.of(new NoSuchFileException("x/y")).message())
        .isEqualTo("x/y: does not exist");
    assertThat(Failure.of(new AccessDeniedException("x/y")).message())
        .isEqualTo("x/y: access denied");
    assertThat(Failure.of(new UncheckedIOException(new IOException("x: full"))))
        .isEqualTo(new Failure(1, "x: full", false));
  }

  @Test
  void whatNobodyExpectedIsADefect() {
    Failure failure = Failure.of(new IllegalStateException("counter is -1"));
    assertThat(failure.status()).isEqualTo(1);
    assertThat(failure.defect()).isTrue();
    assertThat(failure.message()).contains("counter is -1", "error of dfs itself");
  }

  @Test
  void fullHeapNamesTheMend() {
    var wrapped = new ExecutionException(new CommandLine(new Dfs()), "", new OutOfMemoryError());
    Failure failure = Failure.of(wrapped);
    assertThat(failure.defect()).isFalse();
    assertThat(failure.message()).startsWith("memory: ").contains("--batch", "-Xmx");
  }

  @Test
  void messagesStayOnOneLineAndMoveNoCursor() {
    assertThat(new Failure(1, "a\nb\r\n  c\u001b[2Jd\u0007", false).message())
        .isEqualTo("a b c?[2Jd?");
  }
}
