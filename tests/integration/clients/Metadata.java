// SPDX-License-Identifier: Apache-2.0
// What tools ask of java.sql.DatabaseMetaData, and a program's first statements. Arguments: the URL,
// user, password.
import java.sql.*;

class Metadata {
  static void print(String name, ResultSet rows) throws SQLException {
    System.out.println("== " + name);
    ResultSetMetaData about = rows.getMetaData();
    while (rows.next()) {
      StringBuilder line = new StringBuilder();
      for (int i = 1; i <= about.getColumnCount(); ++i) line.append(rows.getString(i)).append('|');
      System.out.println(line);
    }
    rows.close();
  }

  static void describe(DatabaseMetaData database, String table) throws SQLException {
    print("columns " + table, database.getColumns(null, "public", table, null));
    print("primary keys", database.getPrimaryKeys(null, "public", table));
    print("imported keys", database.getImportedKeys(null, "public", table));
    print("exported keys", database.getExportedKeys(null, "public", table));
    print("indexes", database.getIndexInfo(null, "public", table, false, false));
    print("version columns", database.getVersionColumns(null, "public", table));
    print("best row", database.getBestRowIdentifier(null, "public", table, 0, true));
    print("column privileges", database.getColumnPrivileges(null, "public", table, null));
  }

  static void metadata(DatabaseMetaData database) throws SQLException {
    System.out.println(database.getDatabaseProductVersion() + ' ' + database.getUserName());
    System.out.println(database.getMaxColumnNameLength() + ' ' + database.getSQLKeywords().length());
    System.out.println(database.getMaxIndexLength() + " " + database.getNumericFunctions().length());
    print("catalogs", database.getCatalogs());
    print("schemas", database.getSchemas());
    print("tables", database.getTables(null, null, "%", new String[] {"TABLE", "VIEW", "MATERIALIZED VIEW"}));
    print("table types", database.getTableTypes());
    print("types", database.getTypeInfo());
    for (String table : new String[] {"customers", "orders", "order_items"}) describe(database, table);
    print("cross reference", database.getCrossReference(null, "public", "customers", null, "public", "orders"));
    print("functions", database.getFunctions(null, "public", "%"));
    print("function columns", database.getFunctionColumns(null, "public", "%", "%"));
    print("procedures", database.getProcedures(null, "public", "%"));
    print("procedure columns", database.getProcedureColumns(null, "public", "%", "%"));
    print("table privileges", database.getTablePrivileges(null, "public", "%"));
    print("user types", database.getUDTs(null, "public", "%", null));
    print("client info", database.getClientInfoProperties());
  }

  static void statements(Connection connection) throws SQLException {
    PreparedStatement one = connection.prepareStatement("SELECT * FROM orders WHERE id = ?");
    ResultSetMetaData about = one.getMetaData();
    for (int i = 1; i <= about.getColumnCount(); ++i) {
      System.out.println(about.getColumnName(i) + ' ' + about.getColumnTypeName(i) + ' '
          + about.isNullable(i) + ' ' + about.isAutoIncrement(i));
    }
    for (int id = 1; id <= 7; ++id) {  // the fifth time it becomes a named statement
      one.setInt(1, id);
      print("order", one.executeQuery());
    }
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    Statement many = connection.createStatement();
    many.setFetchSize(50);
    print("pages", many.executeQuery("SELECT id FROM products ORDER BY id"));
    print("plain", many.executeQuery("SELECT {fn concat('a', 'b')}"));
    connection.commit();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    System.out.println(connection.getTransactionIsolation() + " " + connection.isValid(5));
    connection.rollback();
  }

  public static void main(String[] arguments) throws SQLException {
    try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
      metadata(connection.getMetaData());
      statements(connection);
    }
  }
}
