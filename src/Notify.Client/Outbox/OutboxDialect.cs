namespace Notify.Client.Outbox;

/// <summary>The SQL of the application's database.</summary>
public enum OutboxDialect
{
    /// <summary>PostgreSQL 12 or newer, with Npgsql.</summary>
    PostgreSql,

    /// <summary>SQLite 3.35 or newer, with Microsoft.Data.Sqlite.</summary>
    Sqlite,

    /// <summary>SQL Server 2016 or newer, or Azure SQL, with Microsoft.Data.SqlClient.</summary>
    SqlServer,
}
