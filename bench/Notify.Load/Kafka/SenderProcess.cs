using System.Diagnostics;
using System.Globalization;
using Notify.Load.Hosts;

namespace Notify.Load.Kafka;

/// <summary>A delivery process. For each line that it is sent it says how many messages were accepted so far; it ends with its input.</summary>
internal sealed class SenderProcess : IAsyncDisposable
{
    /// <summary>The hidden command by which the bench starts itself as this process.</summary>
    public const string Command = "sender";

    private readonly Process _process;

    private SenderProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static async Task<SenderProcess> StartAsync(ClusterMember member)
    {
        string[] arguments = ["exec", typeof(SenderProcess).Assembly.Location, Command, .. member.ToArguments()];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var sender = new SenderProcess(Process.Start(start)!);
        await sender.AcceptedAsync();
        return sender;
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var member = ClusterMember.From(arguments);
        arguments.RefuseUnknown();
        await using var application = await Application.StartAsync(builder => member.Join(builder, Workers.All));
        while (Console.ReadLine() is not null)
            Console.WriteLine(application.Accepted);
        return 0;
    }

    public async Task<int> AcceptedAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The delivery process ended with exit code {_process.ExitCode}.");
        return int.Parse(answer, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
