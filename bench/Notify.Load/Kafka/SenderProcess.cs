using System.Globalization;
using Notify.Load.Hosts;

namespace Notify.Load.Kafka;

/// <summary>
/// A delivery process. It answers each line of its input with the number of messages accepted so far, and ends with its input.
/// </summary>
internal sealed class SenderProcess : IAsyncDisposable
{
    /// <summary>The hidden command by which the bench starts itself as this process.</summary>
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

    /// <summary>Runs as the process.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var member = ClusterMember.From(arguments);
        arguments.RefuseUnknown();
        await using var application = await Application.StartAsync(builder => member.Join(builder, Workers.All));
        while (Console.ReadLine() is not null)
            Console.WriteLine(application.Accepted);
        return 0;
    }

    public async Task<int> AcceptedAsync() => int.Parse(await _process.AskAsync(), CultureInfo.InvariantCulture);

    /// <summary>Sends SIGKILL: no handler runs, nothing is flushed, and the process leaves no group.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
