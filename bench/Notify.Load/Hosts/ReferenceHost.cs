using System.Reflection;
using Notify.TestSupport;

namespace Notify.Load.Hosts;

/// <summary>The reference host, as a user starts it.</summary>
internal static class ReferenceHost
{
    /// <summary>Starts it on SQLite in this folder.</summary>
    public static ServerProcess Start(string data, Uri address, params string[] settings) =>
        ServerProcess.Start(
            "dotnet",
            [
                "exec",
                GetMetadata("HostAssembly"),
                "--contentRoot",
                GetMetadata("HostFolder"),
                "--Notify:Data",
                data,
                "--urls",
                address.AbsoluteUri,
                .. settings,
            ]
        );

    /// <summary>Starts it with the addresses and the engines that an environment names.</summary>
    public static ServerProcess Start(string data, Dictionary<string, string> environment)
    {
        var command = CreateCommand(data);
        return ServerProcess.Start(command[0], command[1..], environment);
    }

    /// <summary>Creates the command that starts it with the environment of its process.</summary>
    public static string[] CreateCommand(string data) =>
        ["dotnet", "exec", GetMetadata("HostAssembly"), "--contentRoot", GetMetadata("HostFolder"), "--Notify:Data", data];

    /// <summary>Gets the script that builds the reference host of the previous version.</summary>
    public static string PreviousVersionScript => GetMetadata("PreviousVersionScript");

    /// <summary>Gets the folder of the scripts that move the active region.</summary>
    public static string RecoveryFolder => GetMetadata("RecoveryFolder");

    private static string GetMetadata(string key) =>
        typeof(ReferenceHost)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
