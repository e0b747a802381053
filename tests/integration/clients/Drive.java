// SPDX-License-Identifier: Apache-2.0
// JDBC: prepared statements that become the server's, batches, fetch sizes, COPY, cancel, LISTEN,
// autosave. The parameters are libpq's environment variables; a line of JSON a check (checks.py).
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class Drive {
  interface Check {
    void run(Connection connection, List<String> found) throws Exception;
  }

  static final Map<String, Check> CHECKS = new LinkedHashMap<>();

  static String variable(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }

  static Connection connect(String... options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", variable("PGUSER", ""));
    properties.setProperty("password", variable("PGPASSWORD", ""));
    properties.setProperty("sslmode", variable("PGSSLMODE", "disable"));
    if (System.getenv("PGSSLROOTCERT") != null) properties.setProperty("sslrootcert", variable("PGSSLROOTCERT", ""));
    for (int i = 0; i < options.length; i += 2) properties.setProperty(options[i], options[i + 1]);
    String url = "jdbc:postgresql://" + variable("PGHOST", "") + ":" + variable("PGPORT", "") + "/" + variable("PGDATABASE", "");
    return DriverManager.getConnection(url, properties);
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }

  static String text(ResultSet rows) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    StringBuilder out = new StringBuilder();
    while (rows.next()) {
      for (int i = 1; i <= columns; ++i) out.append(rows.getString(i)).append('|');
      out.append('\n');
    }
    rows.close();
    return out.toString();
  }

  static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return text(statement.executeQuery(sql));
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String told(SQLException error) {
    ServerErrorMessage server = error instanceof PSQLException ? ((PSQLException) error).getServerErrorMessage() : null;
    if (server == null) return error.getSQLState() + " " + error.getMessage();
    return String.join("|", server.getSQLState(), server.getSeverity(), server.getMessage(),
        "" + server.getDetail(), "" + server.getHint(), "" + server.getPosition(), "" + server.getConstraint());
  }

  static String attempt(Connection connection, String sql) {
    try {
      execute(connection, sql);
      return "done";
    } catch (SQLException error) {
      return told(error);
    }
  }

  static void values(Connection connection, List<String> found) throws Exception {
    found.add(query(connection, "SELECT * FROM samples"));
    PreparedStatement statement = connection.prepareStatement("SELECT ?, ?, ?, ?::text, ?, ?, ?");
    statement.setLong(1, 1L << 62);
    statement.setBigDecimal(2, new java.math.BigDecimal("1.0000001"));
    statement.setBytes(3, new byte[5000]);
    statement.setNull(4, Types.VARCHAR);
    statement.setString(5, "grüße 🐘");
    statement.setArray(6, connection.createArrayOf("int4", new Integer[] {1, null, 3}));
    statement.setTimestamp(7, Timestamp.valueOf("2024-02-29 12:34:56.789"));
    found.add(text(statement.executeQuery()));
  }

  static void prepared(Connection connection, List<String> found) throws Exception {
    PreparedStatement statement = connection.prepareStatement("SELECT id, owner, balance FROM accounts WHERE id = ?");
    for (int id = 1; id <= 12; ++id) { // from the fifth time on named, then binary
      statement.setInt(1, id);
      found.add(text(statement.executeQuery()));
    }
    found.add(query(connection, "SELECT statement FROM pg_prepared_statements"));
    ParameterMetaData parameters = statement.getParameterMetaData();
    found.add(parameters.getParameterTypeName(1) + statement.getMetaData().getColumnTypeName(3));
    statement.close();
    for (int i = 0; i < 300; ++i) { // more than the driver keeps: it closes the oldest
      try (PreparedStatement one = connection.prepareStatement("SELECT " + i + " + ?")) {
        one.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(1);
        one.setInt(1, 1);
        found.add(text(one.executeQuery()));
      }
    }
  }

  static void batches(Connection connection, List<String> found) throws Exception {
    connection.setAutoCommit(false);
    PreparedStatement insert = connection.prepareStatement("INSERT INTO scratch VALUES (?, ?)", new String[] {"k"});
    for (int i = 0; i < 500; ++i) {
      insert.setInt(1, i);
      insert.setString(2, "v" + i);
      insert.addBatch();
    }
    found.add(Arrays.toString(insert.executeBatch()) + text(insert.getGeneratedKeys()));
    connection.rollback();
    insert.clearBatch();
    for (int i : new int[] {1, 2, 1, 3}) {
      insert.setInt(1, i);
      insert.setString(2, "");
      insert.addBatch();
    }
    try {
      insert.executeBatch();
    } catch (BatchUpdateException error) {
      found.add(Arrays.toString(error.getUpdateCounts()) + told((SQLException) error.getCause()));
    }
    connection.rollback();
    Statement mixed = connection.createStatement();
    for (String sql : new String[] {"INSERT INTO scratch VALUES (1, 'a')", "UPDATE scratch SET v = 'b'", "DELETE FROM scratch"}) {
      mixed.addBatch(sql);
    }
    found.add(Arrays.toString(mixed.executeBatch()));
    connection.rollback();
    found.add(query(connection, "SELECT count(*) FROM scratch"));
  }

  static void rewrittenBatches(Connection ignored, List<String> found) throws Exception {
    try (Connection connection = connect("reWriteBatchedInserts", "true")) {
      batches(connection, found);
    }
  }

  static void fetchSize(Connection connection, List<String> found) throws Exception {
    connection.setAutoCommit(false);
    Statement statement = connection.createStatement();
    statement.setFetchSize(7);
    ResultSet rows = statement.executeQuery("SELECT id FROM accounts ORDER BY id");
    rows.next();
    found.add(query(connection, "SELECT 'meanwhile'")); // the portal stays open
    found.add(text(rows));
    ResultSet left = statement.executeQuery("SELECT generate_series(1, 1000)");
    left.next();
    left.close(); // with rows unread
    Statement limited = connection.createStatement();
    limited.setMaxRows(3);
    found.add(text(limited.executeQuery("SELECT id FROM accounts ORDER BY id")));
    Statement scrolling = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
    ResultSet updatable = scrolling.executeQuery("SELECT id, owner FROM accounts WHERE id < 4 ORDER BY id");
    updatable.absolute(2);
    updatable.updateString("owner", "someone else");
    updatable.updateRow();
    found.add(query(connection, "SELECT owner FROM accounts WHERE id = 2"));
    connection.rollback();
  }

  static void copy(Connection connection, List<String> found) throws Exception {
    connection.setAutoCommit(false);
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < 3000; ++i) data.append(i).append("\trow ").append(i).append('\n');
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    found.add("" + copy.copyIn("COPY scratch FROM STDIN", new StringReader(data.toString())));
    StringWriter out = new StringWriter();
    found.add("" + copy.copyOut("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT (FORMAT csv)", out));
    found.add(out.toString());
    connection.rollback();
    try {
      copy.copyIn("COPY scratch FROM STDIN", new StringReader("x\ty\n"));
    } catch (SQLException error) {
      found.add(told(error));
    }
    connection.rollback();
    var abandoned = copy.copyIn("COPY scratch FROM STDIN");
    abandoned.writeToCopy("1\ta\n".getBytes(), 0, 4);
    abandoned.cancelCopy();
    connection.rollback();
    found.add(query(connection, "SELECT count(*) FROM scratch"));
  }

  static void transactions(Connection connection, List<String> found) throws Exception {
    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    connection.setAutoCommit(false);
    execute(connection, "INSERT INTO scratch VALUES (1, 'a')");
    Savepoint point = connection.setSavepoint("here");
    found.add(attempt(connection, "INSERT INTO scratch VALUES (1, 'b')"));
    found.add(attempt(connection, "SELECT 1"));
    connection.rollback(point);
    found.add(query(connection, "SELECT * FROM scratch"));
    connection.rollback();
    connection.setReadOnly(true);
    found.add(attempt(connection, "INSERT INTO scratch VALUES (1, 'a')"));
    connection.rollback();
  }

  static void autosave(Connection ignored, List<String> found) throws Exception {
    try (Connection connection = connect("autosave", "always", "cleanupSavepoints", "true")) {
      connection.setAutoCommit(false);
      execute(connection, "INSERT INTO scratch VALUES (1, 'a')");
      for (int i = 0; i < 8; ++i) {
        found.add(attempt(connection, "SELECT 1/0"));
        found.add(query(connection, "SELECT * FROM scratch"));
      }
      connection.rollback();
    }
  }

  static void queryModes(Connection ignored, List<String> found) throws Exception {
    for (String mode : new String[] {"simple", "extendedForPrepared", "extendedCacheEverything"}) {
      try (Connection connection = connect("preferQueryMode", mode)) {
        PreparedStatement statement = connection.prepareStatement("SELECT ?::int + 1, ?");
        for (int i = 0; i < 7; ++i) {
          statement.setInt(1, i);
          statement.setString(2, "it's");
          found.add(mode + text(statement.executeQuery()));
        }
        found.add(query(connection, "SELECT 1; "));
      }
    }
  }

  static void failures(Connection connection, List<String> found) throws Exception {
    for (String sql : new String[] {"SELECT nope", "SELEC 1", "SELECT id FROM acounts", "SELECT 1/0",
        "SELECT fail('x')", "UPDATE accounts SET balance = -1 WHERE id = 1", "SELECT 1; SELECT 1/0; SELECT 2"}) {
      found.add(attempt(connection, sql));
      found.add(query(connection, "SELECT 1"));
    }
  }

  static void notices(Connection connection, List<String> found) throws Exception {
    Statement statement = connection.createStatement();
    statement.execute("SELECT complain('jdbc')");
    for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
      found.add(warning.getSQLState() + warning.getMessage());
    }
  }

  static void severalResults(Connection connection, List<String> found) throws Exception {
    Statement statement = connection.createStatement();
    boolean rows = statement.execute("SELECT 1; UPDATE accounts SET owner = owner WHERE id < 3; SELECT 2; VALUES (3)");
    while (rows || statement.getUpdateCount() >= 0) {
      found.add(rows ? text(statement.getResultSet()) : "count " + statement.getUpdateCount());
      rows = statement.getMoreResults();
    }
    CallableStatement call = connection.prepareCall("{? = call complain(?)}");
    call.registerOutParameter(1, Types.INTEGER);
    call.setString(2, "called");
    call.execute();
    found.add("" + call.getInt(1));
  }

  static void notifications(Connection connection, List<String> found) throws Exception {
    execute(connection, "LISTEN jdbc");
    try (Connection speaker = connect()) {
      execute(speaker, "NOTIFY jdbc, 'payload'");
    }
    for (PGNotification heard : connection.unwrap(PGConnection.class).getNotifications(30000)) {
      found.add(heard.getName() + " " + heard.getParameter());
    }
  }

  static void cancel(Connection connection, List<String> found) throws Exception {
    Statement statement = connection.createStatement();
    Thread thread = new Thread(() -> {
      try (Connection watcher = connect()) {
        String running = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep'"
            + " AND query LIKE '%/* jdbc */%' AND pid <> pg_backend_pid()";
        while (query(watcher, running).isEmpty()) Thread.onSpinWait();
        statement.cancel();
      } catch (SQLException error) {
        System.err.println(error);
      }
    });
    thread.start();
    try {
      statement.execute("SELECT pg_sleep(120) /* jdbc */");
    } catch (SQLException error) {
      found.add(told(error));
    }
    thread.join();
    statement.setQueryTimeout(1); // the driver's own timer sends a cancel, too
    try {
      statement.execute("SELECT pg_sleep(120)");
    } catch (SQLException error) {
      found.add(told(error));
    }
    found.add(query(connection, "SELECT 42"));
  }

  static void metadata(Connection connection, List<String> found) throws Exception {
    DatabaseMetaData about = connection.getMetaData();
    found.add(about.getDatabaseProductVersion() + about.getUserName());
    found.add(text(about.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"})));
    found.add(text(about.getColumns(null, "public", "transfers", null)));
    found.add(text(about.getImportedKeys(null, "public", "transfers")));
    found.add(text(about.getIndexInfo(null, "public", "transfers", false, false)));
    found.add(connection.isValid(5) + connection.getCatalog() + connection.getSchema());
    connection.setClientInfo("ApplicationName", "driven");
    found.add(query(connection, "SHOW application_name"));
  }

  static void big(Connection connection, List<String> found) throws Exception {
    PreparedStatement statement = connection.prepareStatement("SELECT length(?), repeat('y', 5000000)");
    statement.setString(1, "x".repeat(3_000_000));
    ResultSet row = statement.executeQuery();
    row.next();
    found.add(row.getInt(1) + " " + row.getString(2).length());
    found.add("" + query(connection, "SELECT generate_series(1, 100000)").length());
  }

  public static void main(String[] arguments) {
    CHECKS.put("values", Drive::values);
    CHECKS.put("prepared", Drive::prepared);
    CHECKS.put("batches", Drive::batches);
    CHECKS.put("rewritten batches", Drive::rewrittenBatches);
    CHECKS.put("fetch size", Drive::fetchSize);
    CHECKS.put("copy", Drive::copy);
    CHECKS.put("transactions", Drive::transactions);
    CHECKS.put("autosave", Drive::autosave);
    CHECKS.put("query modes", Drive::queryModes);
    CHECKS.put("failures", Drive::failures);
    CHECKS.put("notices", Drive::notices);
    CHECKS.put("several results", Drive::severalResults);
    CHECKS.put("notifications", Drive::notifications);
    CHECKS.put("cancel", Drive::cancel);
    CHECKS.put("metadata", Drive::metadata);
    CHECKS.put("big", Drive::big);
    CHECKS.forEach((name, check) -> {
      String answer;
      List<String> found = new ArrayList<>();
      try (Connection connection = connect()) {
        check.run(connection, found);
        answer = quoted(String.join("\n", found));
      } catch (Exception error) {
        answer = "{\"raised\": " + quoted(error + " at " + error.getStackTrace()[0]) + "}";
      }
      System.out.println("{\"check\": " + quoted(name) + ", \"answer\": " + answer + "}");
    });
  }
}
