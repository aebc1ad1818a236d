namespace Notify.Load.Wire;

/// <summary>
/// The hidden command by which the bench starts a sink as a process of its own, so that what it costs is not counted. It says
/// where it listens, then for each line that it is given what it has taken, and ends with its input.
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
            vendor == SmtpScenario.Name ? SmtpSink.Start(latency) : await HttpSink.StartAsync(WireVendor.Of(vendor), latency);
        Console.WriteLine($"{sink.Port} {(sink as HttpSink)?.Certificate}");
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine($"{sink.Taken.Messages} {sink.Taken.Bytes}");
        return 0;
    }
}
