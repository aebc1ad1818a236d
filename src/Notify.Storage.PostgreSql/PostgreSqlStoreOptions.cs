using System.ComponentModel.DataAnnotations;
using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>
/// Where the PostgreSQL store keeps its data. Exactly one of <see cref="ConnectionString"/> and <see cref="DataSource"/>.
/// </summary>
public sealed class PostgreSqlStoreOptions : IValidatableObject
{
    /// <summary>
    /// An Npgsql connection string, such as <c>Host=db.example.org;Database=shop;Username=notify;Password=...</c>. The user needs
    /// the right to create a schema, or to create tables in <see cref="Schema"/> where that exists. It may name several servers,
    /// <c>Host=db-1,db-2</c>, of which whichever is the primary is used.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The application's own data source, which the application disposes of.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>
    /// The schema that holds every table, made when it does not exist. 1 to 63 lower-case ASCII letters, digits and underscores,
    /// beginning with a letter; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[a-z][a-z0-9_]{0,62}")]
    public string Schema { get; set; } = "notify";

    /// <summary>
    /// How long a time a partition of the notifications spans. One whose notifications are all older than <see
    /// cref="NotificationsOptions.Retention"/> is dropped whole, so contents stay on disk for up to so much longer; about a tenth
    /// of the retention is a good choice. 1 to 90 days; default 7 days. A change holds for partitions that are made from then on.
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

    // A connection string has a password in it, so no message repeats any of it.
    private static string? FindFailure(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host))
                return "ConnectionString must name a server; write it as Host=db.example.org;Database=shop;Username=notify.";
            return HostNames.MayWrite(settings)
                ? null
                : "ConnectionString asks for a server that may not be written to; set Target Session Attributes to primary.";
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return "ConnectionString is no Npgsql connection string; "
                + "write it as Host=db.example.org;Database=shop;Username=notify.";
        }
    }
}
