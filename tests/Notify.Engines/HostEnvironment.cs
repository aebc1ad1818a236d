using System.Globalization;
using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>
/// The settings of the processes of a cluster. Each process has its own loopback address, as each pod of a cluster has its own,
/// and all use the same ports.
/// </summary>
/// <param name="engines">The engines that the processes share.</param>
/// <param name="members">The names and roles of the processes.</param>
/// <param name="network">Distinguishes the addresses from those of another cluster on this machine.</param>
public sealed class HostEnvironment(HostClusterEngines engines, (string Name, string Roles)[] members, int network = 1)
{
    public const string Gateway = "gateway";

    private readonly int _port = FreePort.Next();
    private readonly int _http2Port = FreePort.Next();

    /// <summary>Gets the address of the gateway.</summary>
    public Uri GatewayAddress => new(GetAddress(Gateway, _port));

    /// <summary>Creates the environment of a process, with short times, so that another soon continues after a kill.</summary>
    public Dictionary<string, string> Create(string name)
    {
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_TieredPGO"] = "0",
            ["Kestrel__Endpoints__http__Url"] = GetAddress(name, _port),
            ["Kestrel__Endpoints__http2__Url"] = GetAddress(name, _http2Port),
            ["Kestrel__Endpoints__http2__Protocols"] = "Http2",
            ["Notify__Roles"] = members.Single(member => member.Name == name).Roles,
            ["Notify__ApiKey"] = HostCluster.Key,
            ["Notify__KeyCacheDuration"] = "00:00:01",
            ["Notify__PostgreSql"] = engines.PostgreSql,
            ["Notify__Redis"] = engines.Redis,
            ["Notify__Kafka"] = engines.Kafka,
            ["Notify__Kafka__TopicPrefix"] = engines.TopicPrefix,
            ["Notify__Kafka__HandOverTime"] = "00:00:03",
            ["Notify__Kafka__SessionTimeout"] = "00:00:06",
            ["Notify__AttemptTimeout"] = "00:00:01",
            ["Notify__LeaseDuration"] = "00:00:03",
            ["Notify__ShutdownDelay"] = "00:00:00",
        };
        // A gateway without addresses serves the complete API itself.
        if (name == Gateway && members.Length > 1)
        {
            environment["Notify__Gateway__Notifications"] = GetAddresses("notifications");
            environment["Notify__Gateway__Devices"] = GetAddresses("devices");
            environment["Notify__Gateway__Analytics"] = GetAddresses("analytics");
            environment["Notify__Gateway__Authentication"] = GetAddresses("auth");
            environment["Notify__Gateway__Http2Port"] = _http2Port.ToString(CultureInfo.InvariantCulture);
            environment["Notify__Gateway__HealthInterval"] = "00:00:01";
            environment["Notify__Gateway__TryTimeout"] = "00:00:10";
        }

        return environment;
    }

    private string GetAddress(string name, int port)
    {
        var number = Array.FindIndex(members, member => member.Name == name) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.{network}.{number}:{port}");
    }

    private string GetAddresses(string role) =>
        string.Join(
            ' ',
            members.Where(member => member.Roles.Split(' ').Contains(role)).Select(member => GetAddress(member.Name, _port))
        );
}
