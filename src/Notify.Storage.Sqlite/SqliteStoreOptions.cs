using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite;

/// <summary>Where the SQLite store keeps its data.</summary>
public sealed class SqliteStoreOptions : IValidatableObject
{
    /// <summary>
    /// A Microsoft.Data.Sqlite connection string, such as <c>Data Source=notify.db</c>. It may name the application's own
    /// database: every table of Notify begins with <c>notify_</c>.
    /// </summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// How long a write waits for another process that holds the database. 1 second to 5 minutes; default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var failure = FailureOf(ConnectionString);
        return failure is null ? [] : [new ValidationResult(failure, [nameof(ConnectionString)])];
    }

    private static string? FailureOf(string connectionString)
    {
        try
        {
            var builder = new SqliteConnectionStringBuilder(connectionString);
            return builder.DataSource is "" or ":memory:" || builder.Mode == SqliteOpenMode.Memory
                ? "ConnectionString must name a file (Data Source=notify.db); UseInMemory() is the store without one."
                : null;
        }
        catch (ArgumentException)
        {
            return "ConnectionString is no SQLite connection string; write it as Data Source=notify.db.";
        }
    }
}
