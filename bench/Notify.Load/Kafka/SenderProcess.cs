using System.Globalization;
using Notify.Load.Hosts;

namespace Notify.Load.Kafka;

/// <summary>
/// A delivery process. For each line that it is sent it says how many messages were accepted so far; it ends with its input.
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

    public async Task<int> AcceptedAsync() => int.Parse(await _process.AskAsync(), CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
