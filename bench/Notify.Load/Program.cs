using Notify.Load;
using Notify.Load.Chaos;
using Notify.Load.Embedded;
using Notify.Load.Hosts;
using Notify.Load.Scaling;
using Notify.Load.Wire;

try
{
    var arguments = new Arguments(args);
    return arguments.Command switch
    {
        "chaos" => await ChaosScenario.RunAsync(arguments),
        "embedded" => await EmbeddedScenario.RunAsync(arguments),
        "scaling" => await ScalingScenario.RunAsync(arguments),
        "apns" or "fcm" or "webhook" or "twilio" => await WireScenario.RunAsync(arguments),
        SmtpScenario.Name => await SmtpScenario.RunAsync(arguments),
        SinkCommand.Name => await SinkCommand.RunAsync(arguments),
        HostCommand.Name => await HostCommand.RunAsync(HostSettings.From(arguments)),
        _ => throw new ArgumentException(
            """
            Name a scenario:
              chaos    [--topology one|cluster] [--kills 50] [--stops 0] [--restarts 2] [--count 100000] [--clients 64] [--seed N] [--data FOLDER]
              scaling  [--count 20000]
              embedded [--count 100000] [--pairs 3]
              apns, fcm, webhook, twilio [--latency 0] [--count 200000] [--pairs 3] [--callers 64]
              smtp     [--latency 0] [--count 100000] [--pairs 3] [--connections 8]
            Its result is one JSON line, the last of the standard output.
            """),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
