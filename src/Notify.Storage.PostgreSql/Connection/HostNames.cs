using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Finds the writable server among the servers that a connection string names.</summary>
internal static class HostNames
{
    /// <summary>
    /// How long the role of a server is cached. A promoted replica is found after this time. Npgsql's own default is 10 seconds.
    /// </summary>
    private const int RecheckSeconds = 1;

    /// <summary>Returns whether the connection string selects a writable server.</summary>
    public static bool MayWrite(NpgsqlConnectionStringBuilder settings) =>
        settings.TargetSessionAttributes is null || IsReadWrite(settings) || Is(settings, "primary");

    /// <summary>Creates a data source that connects to the writable server.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="owned">The data source that the caller must dispose of.</param>
    public static NpgsqlDataSource Open(string connectionString, out NpgsqlDataSource owned)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "Notify";
        // The store leaves no state in a session, and a reset would make the server parse five statements for every call.
        if (!settings.ShouldSerialize("No Reset On Close"))
            settings.NoResetOnClose = true;
        if (!settings.Host!.Contains(',', StringComparison.Ordinal))
            return owned = NpgsqlDataSource.Create(settings);

        var target = IsReadWrite(settings) ? TargetSessionAttributes.ReadWrite : TargetSessionAttributes.Primary;
        settings.TargetSessionAttributes = null;
        if (!settings.ShouldSerialize("Host Recheck Seconds"))
            settings.HostRecheckSeconds = RecheckSeconds;
        var hosts = new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost();
        owned = hosts;
        return hosts.WithTargetSession(target);
    }

    private static bool IsReadWrite(NpgsqlConnectionStringBuilder settings) => Is(settings, "read-write");

    private static bool Is(NpgsqlConnectionStringBuilder settings, string attributes) =>
        string.Equals(settings.TargetSessionAttributes, attributes, StringComparison.OrdinalIgnoreCase);
}
