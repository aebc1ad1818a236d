namespace Notify.Load.Wire;

/// <summary>
/// The hidden command with which the benchmark starts a sink in a separate process, so that the sink's cost is not measured. It
/// first writes where it listens. Then, for each line that it reads, it writes what it has received so far. It exits when its
/// input ends.
/// </summary>
internal static class SinkCommand
{
    public const string Name = "sink";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var vendor = arguments.RequiredText("vendor");
        var latency = TimeSpan.FromMilliseconds(arguments.Int32("latency", 0, min: 0));
        arguments.RefuseUnknown();

        await using ISink sink =
            vendor == SmtpScenario.Name ? SmtpSink.Start(latency) : await HttpSink.StartAsync(WireVendor.Create(vendor), latency);
        Console.WriteLine($"{sink.Port} {(sink as HttpSink)?.Certificate}");
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine($"{sink.Taken.Messages} {sink.Taken.Bytes}");
        return 0;
    }
}
