package dev.lanewise.serve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page to try a service by hand: one file, with its style and its script inside.
 *
 * <p>A browser is told to run that script and that style, known by their hashes, and nothing else,
 * and to load nothing but the service's answers.
 */
final class Page {
  private static final String FILE = "index.html";

  private Page() {}

  /** The answer to whoever asks for the page. */
  static Answer load() throws IOException {
    byte[] bytes;
    try (InputStream in = Page.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + FILE + " is missing");
      }
      bytes = in.readAllBytes();
    }
    String html = new String(bytes, StandardCharsets.UTF_8);
    String policy =
        "default-src 'none'; connect-src 'self'; img-src data:; script-src "
            + (hash(html, "script") + "; style-src " + hash(html, "style"))
            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    return Answer.of("text/html; charset=utf-8", bytes).with("Content-Security-Policy", policy);
  }

  /** What stands between the tags of {@code element}, as a policy names it. */
  private static String hash(String html, String element) {
    String tag = "<" + element + ">";
    int begin = html.indexOf(tag) + tag.length();
    String content = html.substring(begin, html.indexOf("</" + element + ">", begin));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
