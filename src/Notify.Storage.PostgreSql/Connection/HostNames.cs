using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Finds, among the servers that a connection string names, the one that may be written to.</summary>
internal static class HostNames
{
    /// <summary>
    /// How long a server is taken for what it last was. A replica that was promoted is found after this; Npgsql itself takes 10.
    /// </summary>
    private const int RecheckSeconds = 1;

    /// <summary>Whether the connection string asks for a server that notifications can be written to.</summary>
    public static bool MayWrite(NpgsqlConnectionStringBuilder settings) =>
        settings.TargetSessionAttributes is null || IsReadWrite(settings) || Is(settings, "primary");

    /// <param name="connectionString">The connection string.</param>
    /// <param name="owned">What to dispose of.</param>
    public static NpgsqlDataSource Open(string connectionString, out NpgsqlDataSource owned)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "Notify";
        // The store leaves nothing behind in a session, and to reset it would cost every call the parsing of five statements.
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
