using System.ComponentModel.DataAnnotations;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Where the MongoDB store keeps its data. Exactly one of <see cref="ConnectionString"/> and <see cref="Client"/>.
/// </summary>
public sealed class MongoDbStoreOptions : IValidatableObject
{
    /// <summary>
    /// A MongoDB connection string, such as <c>mongodb://notify:...@db-1.example.org,db-2.example.org/?replicaSet=rs0</c>. The
    /// user needs
    /// <c>readWrite</c> on <see cref="Database"/>. Write concern and read preference are Notify's own, whatever it says about
    /// them.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The application's own client, which the application disposes of.</summary>
    public IMongoClient? Client { get; set; }

    /// <summary>
    /// The database that holds every collection. 1 to 63 ASCII letters, digits, hyphens and underscores; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[A-Za-z0-9_-]{1,63}")]
    public string Database { get; set; } = "notify";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Client is not null && ConnectionString.Length > 0)
            yield return new ValidationResult("Set ConnectionString or Client, not both.", [nameof(ConnectionString)]);
        if (Client is null && !IsConnectionString(ConnectionString))
        {
            // It has a password in it, so no message repeats any of it.
            yield return new ValidationResult(
                "ConnectionString is no MongoDB connection string; write it as mongodb://user:password@db.example.org.",
                [nameof(ConnectionString)]
            );
        }
    }

    private static bool IsConnectionString(string connectionString)
    {
        try
        {
            return new MongoUrl(connectionString).Servers.Any();
        }
        catch (Exception exception) when (exception is ArgumentException or MongoConfigurationException)
        {
            return false;
        }
    }
}
