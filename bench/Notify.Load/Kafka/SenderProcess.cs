using System.Globalization;
using Notify.Load.Hosts;

namespace Notify.Load.Kafka;

/// <summary>
/// A process that only delivers. For each line that it reads, it writes the number of messages accepted so far. It exits when its
/// input ends.
/// </summary>
internal sealed class SenderProcess : IAsyncDisposable
{
    /// <summary>The hidden command with which the benchmark starts itself as this process.</summary>
    public const string Command = "sender";

    private readonly AnsweringProcess _process;

    private SenderProcess(AnsweringProcess process) => _process = process;

    public int Id => _process.Id;

    public static async Task<SenderProcess> StartAsync(ClusterMember member)
    {
        var process = new AnsweringProcess(OwnProcess.Program, OwnProcess.Arguments(Command, member.ToArguments()));
        var sender = new SenderProcess(process);
        await sender.AcceptedAsync();
        return sender;
    }

    /// <summary>Runs in the process itself.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var member = ClusterMember.From(arguments);
        arguments.RefuseUnknown();
        await using var application = await Application.StartAsync(builder => member.Join(builder, member.Workers));
        while (Console.ReadLine() is not null)
            Console.WriteLine(application.Accepted);
        return 0;
    }

    public async Task<int> AcceptedAsync() => int.Parse(await _process.AskAsync(), CultureInfo.InvariantCulture);

    /// <summary>Sends SIGKILL: no handler runs, nothing is flushed, and the process leaves no group.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
