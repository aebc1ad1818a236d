using Notify.TestSupport;

namespace Notify.Load.Hosts;

/// <summary>The reference host, as a user starts it.</summary>
internal static class ReferenceHost
{
    /// <summary>Starts it on SQLite in this folder.</summary>
    public static ServerProcess Start(string data, Uri address, params string[] settings)
    {
        var command = CreateCommand(data);
        return ServerProcess.Start(command[0], [.. command[1..], "--urls", address.AbsoluteUri, .. settings]);
    }

    /// <summary>Publishes it, as for its image.</summary>
    public static Task<PublishedProgram> PublishAsync() => PublishedProgram.PublishAsync("Host");

    /// <summary>Starts what was published on SQLite in this folder.</summary>
    public static ServerProcess Start(PublishedProgram program, string data, Uri address) =>
        program.Start(
            "--contentRoot",
            Path.GetDirectoryName(program.Assembly)!,
            "--Notify:Data",
            data,
            "--urls",
            address.AbsoluteUri
        );

    /// <summary>Starts it with the addresses and the engines that an environment names.</summary>
    public static ServerProcess Start(string data, Dictionary<string, string> environment)
    {
        var command = CreateCommand(data);
        return ServerProcess.Start(command[0], command[1..], environment);
    }

    /// <summary>Creates the command that starts it with the environment of its process.</summary>
    public static string[] CreateCommand(string data) =>
        [
            "dotnet",
            "exec",
            BuildMetadata.Get("HostAssembly"),
            "--contentRoot",
            BuildMetadata.Get("HostFolder"),
            "--Notify:Data",
            data,
        ];

    /// <summary>Gets the script that builds the reference host of the previous version.</summary>
    public static string PreviousVersionScript => BuildMetadata.Get("PreviousVersionScript");

    /// <summary>Gets the folder of the scripts that move the active region.</summary>
    public static string RecoveryFolder => BuildMetadata.Get("RecoveryFolder");
}
