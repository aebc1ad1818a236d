using System.ComponentModel.DataAnnotations;
using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>
/// Options of the PostgreSQL store. Set exactly one of <see cref="ConnectionString"/> and <see cref="DataSource"/>.
/// </summary>
public sealed class PostgreSqlStoreOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the Npgsql connection string, such as
    /// <c>Host=db.example.org;Database=shop;Username=notify;Password=...</c>. The user must be allowed to create the schema, or
    /// to create tables in <see cref="Schema"/> if it exists. The string may name several servers, such as <c>Host=db-1,db-2</c>;
    /// the store then uses the primary.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the application's own data source. The application disposes of it.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>
    /// Gets or sets the schema of all tables. It is created if it does not exist. 1 to 63 lower-case ASCII letters, digits and
    /// underscores, beginning with a letter; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[a-z][a-z0-9_]{0,62}")]
    public string Schema { get; set; } = "notify";

    /// <summary>
    /// Gets or sets whether the store creates and updates its tables at start; default true. If false, the application does not
    /// start until another process has updated them, such as the command <c>migrate</c> of the reference host.
    /// </summary>
    public bool UpdateSchema { get; set; } = true;

    /// <summary>
    /// Gets or sets the time that one partition of the notifications spans, from 1 to 90 days; default 7 days. A partition is
    /// dropped when all its notifications are older than <see cref="NotificationsOptions.Retention"/>, so contents stay on disk
    /// for up to this much longer. A good value is a tenth of the retention. A change affects only partitions that are created
    /// later.
    /// </summary>
    [TimeRange("1.00:00:00", "90.00:00:00")]
    public TimeSpan PartitionWidth { get; set; } = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DataSource is not null && ConnectionString.Length > 0)
            yield return new ValidationResult("Set ConnectionString or DataSource, not both.", [nameof(ConnectionString)]);
        if (DataSource is null && FindFailure(ConnectionString) is { } failure)
            yield return new ValidationResult(failure, [nameof(ConnectionString)]);
    }

    // A connection string may contain a password, so the messages repeat none of it.
    private static string? FindFailure(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host))
                return "ConnectionString must name a server, as in Host=db.example.org;Database=shop;Username=notify.";
            return HostNames.MayWrite(settings)
                ? null
                : "ConnectionString selects a server that may be read-only. Set Target Session Attributes to primary.";
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return "ConnectionString is not a valid Npgsql connection string. "
                + "Use the form Host=db.example.org;Database=shop;Username=notify.";
        }
    }
}
