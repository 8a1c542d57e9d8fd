package dev.lanewise.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients do that speak HTTP badly, slowly or not at all. */
@Timeout(60)
final class ConnectionsTest {
  private static final String ROW = "{\"rows\": [[1, 2, 3, 4]]}";
  private static final String ANSWER = "{\"outputs\":[[640.0,640.0,640.0]],\"classes\":[0]}";

  @TempDir private Path folder;

  @Test
  void slowBody() throws Exception {
    try (Served served = Served.start(folder, Served.limits(Duration.ofMillis(300)), null)) {
      try (Socket socket = served.connect()) {
        Served.write(socket, Served.head(ROW.length()) + "{\"rows\": [[1,");
        assertThat(Served.readAll(socket))
            .startsWith("HTTP/1.1 408 ")
            .containsIgnoringCase("Connection: close")
            .endsWith("{\"error\":\"the body did not come within 0.3 seconds\"}");
      }
      assertLives(served);
      assertThat(served.metric("lanewise_requests_total{status=\"408\"}")).isEqualTo("1");
    }
  }

  @Test
  void slowBody_byteAfterByte() throws Exception {
    try (Served served = Served.start(folder, Served.limits(Duration.ofMillis(300)), null);
        Socket socket = served.connect()) {
      Served.write(socket, Served.head(5000));
      Thread drip =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 5000; i++) {
                    Served.write(socket, " ");
                    Thread.sleep(20);
                  }
                } catch (IOException | InterruptedException _) {
                  // The service has closed the connection.
                }
              });
      byte[] start = socket.getInputStream().readNBytes(13);
      assertThat(new String(start, ISO_8859_1)).isEqualTo("HTTP/1.1 408 ");
      drip.join();
      assertLives(served);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST /predict HTTP/1.1\r\nHost: x\r\nContent-"})
  void slowHead_isClosed(String begin) throws Exception {
    try (Served served = Served.start(folder);
        Socket socket = served.connect()) {
      Served.write(socket, begin);
      assertThat(Served.readAll(socket)).isEmpty();
      assertLives(served);
    }
  }

  @Test
  void noLength() throws Exception {
    try (Served served = Served.start(folder)) {
      assertThat(
              served.exchange(
                  "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n"))
          .startsWith("HTTP/1.1 411 ")
          .contains("{\"error\":\"the body must have a Content-Length or come in chunks\"}");
      assertLives(served);
    }
  }

  @Test
  void lengthTooLarge_bodyBreaksOff() throws Exception {
    try (Served served = Served.start(folder)) {
      assertThat(served.exchange(Served.head(ROW.length() + 9) + ROW))
          .startsWith("HTTP/1.1 400 ")
          .contains("the body broke off after " + ROW.length() + " bytes");
      assertThat(served.exchange(Served.head(9000))).startsWith("HTTP/1.1 400 ");
      assertLives(served);
    }
  }

  @Test
  void lengthBeyondTheLimit_isNotWaitedFor() throws Exception {
    try (Served served = Served.start(folder)) {
      assertThat(served.exchange(Served.head(Integer.MAX_VALUE)))
          .startsWith("HTTP/1.1 413 ")
          .contains("the body is longer than 10000 bytes");
      assertLives(served);
    }
  }

  @Test
  void lengthTooSmall_theRestIsNoRequest() throws Exception {
    try (Served served = Served.start(folder)) {
      assertThat(served.exchange(Served.head(ROW.length()) + ROW + "rest\r\n\r\n"))
          .startsWith("HTTP/1.1 200 ")
          .contains(ANSWER)
          .contains("HTTP/1.1 400 ");
      assertLives(served);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
        "GET\r\n\r\n",
        "GET http:[ HTTP/1.1\r\n\r\n",
        "GET mailto:x HTTP/1.1\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /predict HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding:"
            + " chunked\r\n\r\nzz\r\n",
        "POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding:"
            + " chunked\r\n\r\n7fffffff\r\n{",
      })
  void garbage(String bytes) throws Exception {
    try (Served served = Served.start(folder)) {
      assertThat(served.exchange(bytes)).matches("(?s)(HTTP/1\\.1 (4\\d\\d|501) .*)?");
      assertLives(served);
    }
  }

  @Test
  void damagedRequests() throws Exception {
    Random random = new Random(7);
    try (Served served = Served.start(folder, Served.limits(Duration.ofMillis(500)), null)) {
      for (int i = 0; i < 300; i++) {
        byte[] bytes = (Served.head(ROW.length()) + ROW).getBytes(ISO_8859_1);
        for (int damage = random.nextInt(1, 6); damage > 0; damage--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
        String request = new String(bytes, 0, length, ISO_8859_1);
        try {
          assertThat(served.exchange(request)).doesNotContain("HTTP/1.1 500");
        } catch (SocketException _) {
          // Closed by the service while bytes were under way.
        }
      }
      assertLives(served);
    }
  }

  @Test
  void clientThatLeaves_keepsNothing() throws Exception {
    try (Served served = Served.start(folder)) {
      for (int i = 0; i < 20; i++) {
        try (Socket socket = served.connect()) {
          socket.setSoLinger(true, 0);
          Served.write(socket, Served.head(ROW.length()) + (i % 2 == 0 ? ROW : "{"));
        }
      }
      Retry.until(() -> served.metric("lanewise_requests_in_flight").equals("0"));
      assertLives(served);
    }
  }

  @Test
  void close_finishesWhatIsInFlight() throws Exception {
    Served served = Served.start(folder);
    try (Socket socket = served.connect()) {
      Served.write(socket, Served.head(ROW.length()) + ROW.substring(0, 9));
      Retry.until(() -> served.metric("lanewise_requests_in_flight").equals("1"));
      Thread stopper = Thread.ofPlatform().start(served::close);
      Retry.until(() -> !accepts(served));
      assertThat(stopper.isAlive()).isTrue();
      Served.write(socket, ROW.substring(9));
      assertThat(Served.readAll(socket))
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("Connection: close")
          .endsWith(ANSWER);
      stopper.join();
    }
    assertThatThrownBy(served::connect).isInstanceOf(ConnectException.class);
  }

  private static boolean accepts(Served served) {
    try (Socket _ = served.connect()) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static void assertLives(Served served) throws Exception {
    assertThat(served.post(ROW).body()).isEqualTo(ANSWER);
    assertThat(served.told).isEmpty();
  }
}
