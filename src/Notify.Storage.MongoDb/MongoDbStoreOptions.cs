using System.ComponentModel.DataAnnotations;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>Options of the MongoDB store. Set exactly one of <see cref="ConnectionString"/> and <see cref="Client"/>.</summary>
public sealed class MongoDbStoreOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the MongoDB connection string, such as
    /// <c>mongodb://notify:...@db-1.example.org,db-2.example.org/?replicaSet=rs0</c>. The user needs the role <c>readWrite</c>
    /// on <see cref="Database"/>. The store sets the write concern, the read concern and the read preference itself.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the application's own client, which the application disposes.</summary>
    public IMongoClient? Client { get; set; }

    /// <summary>
    /// Gets or sets the name of the database. 1 to 63 ASCII letters, digits, hyphens and underscores; default <c>notify</c>.
    /// </summary>
    [Required]
    [RegularExpression("[A-Za-z0-9_-]{1,63}")]
    public string Database { get; set; } = "notify";

    /// <summary>
    /// Gets or sets whether the store creates its indexes at start; default true. If false, the application does not start until
    /// another process has created them, such as the command <c>migrate</c> of the reference host.
    /// </summary>
    public bool UpdateSchema { get; set; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Client is not null && ConnectionString.Length > 0)
            yield return new ValidationResult("Set ConnectionString or Client, not both.", [nameof(ConnectionString)]);
        if (Client is null && !IsConnectionString(ConnectionString))
        {
            // A connection string may contain a password, so the message repeats none of it.
            yield return new ValidationResult(
                "ConnectionString is not a MongoDB connection string. Use the form mongodb://user:password@db.example.org.",
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
