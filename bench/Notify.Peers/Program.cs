using System.Diagnostics;
using System.Globalization;
using Notify.Peers;

// Runs one peer in its own process. Each line of the input is a number of messages, and is answered with the milliseconds that
// they took: the protocol of the Node.js peers in ../Notify.Load/Peers/turns.mjs.
if (args is not [var name, var connectionString, var callers])
{
    Console.Error.WriteLine("Notify.Peers NAME CONNECTION CALLERS");
    return 2;
}

await using var peer = PeerRegistry.Create(name, connectionString);
await peer.StartAsync();
Console.WriteLine("ready");
var before = 0;
while (Console.ReadLine() is { } line)
{
    var count = int.Parse(line, CultureInfo.InvariantCulture);
    var started = Stopwatch.GetTimestamp();
    await SendAsync(peer, before, count, int.Parse(callers, CultureInfo.InvariantCulture));
    before += count;
    while (Email.Sent < before)
        await Task.Delay(1);
    while (await peer.CountSettledAsync() < before)
        await Task.Delay(5);
    Console.WriteLine(Stopwatch.GetElapsedTime(started).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
}

return 0;

static Task SendAsync(IPeer peer, int first, int count, int callers)
{
    var next = -1;
    return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(RunAsync)));

    async Task RunAsync()
    {
        for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            await peer.EnqueueAsync(Email.Create(first + i));
    }
}
