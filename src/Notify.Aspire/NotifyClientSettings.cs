using System.Data.Common;

namespace Notify.Aspire;

/// <summary>
/// The settings of the client of a Notify service. They are read from the connection string, and from <c>Aspire:Notify:Client</c>
/// or <c>Aspire:Notify:Client:NAME</c> in the configuration.
/// </summary>
public sealed class NotifyClientSettings
{
    /// <summary>
    /// Gets or sets the address of the service. Default: that of the connection string, or <c>http://NAME</c>, which service
    /// discovery resolves.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the API key. Default: that of the connection string.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// Gets or sets whether the application reports itself as healthy although the service does not answer. Default false.
    /// </summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Gets or sets whether traces are not recorded. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Gets or sets whether metrics are not recorded. Default false.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Reads <c>Endpoint=…;Key=…</c>, or a URL alone.</summary>
    internal void Read(string connectionString, string name)
    {
        if (Uri.TryCreate(connectionString, UriKind.Absolute, out var address))
        {
            Endpoint = address;
            return;
        }

        var parts = Parse(connectionString, name);
        Endpoint =
            parts.TryGetValue("Endpoint", out var endpoint)
            && Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var parsed)
                ? parsed
                : throw CreateError(name);
        if (parts.TryGetValue("Key", out var key) && key.ToString() is { Length: > 0 } given)
            Key = given;
    }

    private static DbConnectionStringBuilder Parse(string connectionString, string name)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            // Its message quotes the connection string, and with it the key.
            throw CreateError(name);
        }
    }

    private static InvalidOperationException CreateError(string name) =>
        new($"ConnectionStrings:{name} must have the form Endpoint=https://notify.example.org;Key=... or be a URL.");
}
