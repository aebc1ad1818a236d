using Notify.Load;
using Notify.Load.Chaos;
using Notify.Load.Embedded;
using Notify.Load.Hosts;
using Notify.Load.Idle;
using Notify.Load.Ingress;
using Notify.Load.Peers;
using Notify.Load.Scaling;
using Notify.Load.Wire;

try
{
    var arguments = new Arguments(args);
    return arguments.Command switch
    {
        "chaos" => await ChaosScenario.RunAsync(arguments),
        "embedded" => await EmbeddedScenario.RunAsync(arguments),
        "idle" => await IdleScenario.RunAsync(arguments),
        "ingress" => await IngressScenario.RunAsync(arguments),
        "peers" => await PeersScenario.RunAsync(arguments),
        "scaling" => await ScalingScenario.RunAsync(arguments),
        "apns" or "fcm" or "webhook" or "twilio" => await WireScenario.RunAsync(arguments),
        SmtpScenario.Name => await SmtpScenario.RunAsync(arguments),
        SinkCommand.Name => await SinkCommand.RunAsync(arguments),
        HostCommand.Name => await HostCommand.RunAsync(HostSettings.From(arguments)),
        IngressHost.Name => await IngressHost.RunAsync(arguments),
        _ => throw new ArgumentException(
            """
            Name a scenario:
              chaos    [--topology one|cluster] [--kills 50] [--stops 0] [--restarts 2] [--count 100000] [--clients 64] [--seed N] [--data FOLDER]
              scaling  [--count 20000]
              embedded [--count 100000] [--pairs 3]
              apns, fcm, webhook, twilio [--latency 0] [--count 60000] [--pairs 3] [--callers 256]
              smtp     [--latency 0] [--count 100000] [--pairs 3] [--connections 8]
              ingress  [--count 60000] [--pairs 3] [--callers 64]
              idle     [--seconds 60]
              peers    [--count 20000] [--pairs 3] [--only bullmq|node-apn|firebase-admin|nodemailer]
            Its result is one JSON line, the last of the standard output.
            """),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
