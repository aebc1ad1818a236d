using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Debian's aiosmtpd in a process of its own, driven by smtp_server.py.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    // Debian's own interpreter: others on the PATH lack Debian's packages.
    public const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> HasAiosmtpd = new(() =>
    {
        if (!File.Exists(Python))
            return false;
        using var import = Process.Start(
            new ProcessStartInfo(Python, ["-c", "import aiosmtpd"]) { RedirectStandardError = true }
        )!;
        import.StandardError.ReadToEnd();
        import.WaitForExit();
        return import.ExitCode == 0;
    });

    private readonly TemporaryFolder _folder = new();
    private readonly ServerProcess _process;

    private MailServer(int port, string[] arguments)
    {
        Port = port;
        string[] all =
        [
            Path.Combine(AppContext.BaseDirectory, "smtp_server.py"),
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            "--folder",
            _folder.Path,
            .. arguments,
        ];
        _process = ServerProcess.Start(Python, all);
    }

    public int Port { get; }

    public static async Task<MailServer> StartAsync(int? port = null, params string[] arguments)
    {
        if (!HasAiosmtpd.Value)
            throw new MissingProgramException("python3-aiosmtpd");

        var server = new MailServer(port ?? FreePort.Next(), arguments);
        await Eventually.TrueAsync(
            () => server._process.HasExited || server._process.Output.Contains("ready", StringComparison.Ordinal),
            "the mail server"
        );
        if (server._process.HasExited)
            throw new InvalidOperationException(server._process.Output);
        return server;
    }

    public IReadOnlyList<ServerEvent> Events()
    {
        var file = _folder.File("events.jsonl");
        return File.Exists(file)
            ?
            [
                .. File.ReadAllText(file)
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonSerializer.Deserialize<ServerEvent>(line, JsonSerializerOptions.Web)!),
            ]
            : [];
    }

    public IReadOnlyList<ServerEvent> Events(string name) => [.. Events().Where(line => line.Event == name)];

    /// <summary>The file that holds a message as it arrived.</summary>
    public string GetPath(ServerEvent message) => _folder.File(message.File!);

    public Task<ReceivedMail> ReadAsync(ServerEvent message) => ReceivedMail.ParseAsync(GetPath(message));

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>A line of the server's record.</summary>
internal sealed record ServerEvent(
    string Event,
    int Peer,
    string? File,
    string? Sender,
    string? Recipient,
    IReadOnlyList<string>? Recipients,
    bool Tls,
    bool Pipelined,
    string? Login,
    string? Mechanism,
    bool Accepted
);
