using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite;

/// <summary>Options of the SQLite store.</summary>
public sealed class SqliteStoreOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the Microsoft.Data.Sqlite connection string, such as <c>Data Source=notify.db</c>. The database may be the
    /// application's own: the tables of Notify begin with <c>notify_</c>.
    /// </summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Gets or sets how long a write waits for another process that locks the database. 1 second to 5 minutes; default 30
    /// seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var failure = FindFailure(ConnectionString);
        return failure is null ? [] : [new ValidationResult(failure, [nameof(ConnectionString)])];
    }

    private static string? FindFailure(string connectionString)
    {
        try
        {
            var builder = new SqliteConnectionStringBuilder(connectionString);
            return builder.DataSource is "" or ":memory:" || builder.Mode == SqliteOpenMode.Memory
                ? "ConnectionString must name a file, such as Data Source=notify.db. For a store in memory, call UseInMemory()."
                : null;
        }
        catch (ArgumentException)
        {
            return "ConnectionString is not a SQLite connection string. Use the form Data Source=notify.db.";
        }
    }
}
