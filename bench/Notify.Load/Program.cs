using Notify.Load;
using Notify.Load.Backlog;
using Notify.Load.Chaos;
using Notify.Load.Embedded;
using Notify.Load.Flood;
using Notify.Load.Full;
using Notify.Load.Gateway;
using Notify.Load.Hosts;
using Notify.Load.Idle;
using Notify.Load.Ingress;
using Notify.Load.Jobs;
using Notify.Load.Kafka;
using Notify.Load.Lists;
using Notify.Load.Many;
using Notify.Load.MongoDb;
using Notify.Load.Outbox;
using Notify.Load.Peers;
using Notify.Load.PostgreSql;
using Notify.Load.Recovery;
using Notify.Load.Report;
using Notify.Load.Scaling;
using Notify.Load.SlowSmtp;
using Notify.Load.Start;
using Notify.Load.Upgrades;
using Notify.Load.Wire;

try
{
    var arguments = new Arguments(args);
    return arguments.Command switch
    {
        "embedded" => await EmbeddedScenario.RunAsync(arguments),
        "postgres" => await PostgreSqlScenario.RunAsync(arguments),
        MongoDbScenario.Name => await MongoDbScenario.RunAsync(arguments),
        "kafka" => await KafkaScenario.RunAsync(arguments),
        IngressScenario.Name => await IngressScenario.RunAsync(arguments),
        GatewayScenario.Name => await GatewayScenario.RunAsync(arguments),
        KillsScenario.Name => await KillsScenario.RunAsync(arguments),
        "fcm" or "apns" or "webhook" or "twilio" => await WireScenario.RunAsync(arguments),
        SmtpScenario.Name => await SmtpScenario.RunAsync(arguments),
        SlowSmtpScenario.Name => await SlowSmtpScenario.RunAsync(arguments),
        ManyEmbeddedScenario.Name => await ManyEmbeddedScenario.RunAsync(arguments),
        ManyIngressScenario.Name => await ManyIngressScenario.RunAsync(arguments),
        ImportScenario.Name => await ImportScenario.RunAsync(arguments),
        ManyScenario.Name => await ManyScenario.RunAsync(arguments),
        ListsScenario.Name => await ListsScenario.RunAsync(arguments),
        FloodScenario.Name => await FloodScenario.RunAsync(arguments),
        "fanout" => await FanoutScenario.RunAsync(arguments),
        FanoutPersonalScenario.Name => await FanoutPersonalScenario.RunAsync(arguments),
        FullScenario.Name => await FullScenario.RunAsync(arguments),
        "backlog" => await BacklogScenario.RunAsync(arguments),
        "priority" => await PriorityScenario.RunAsync(arguments),
        "fairness" => await FairnessScenario.RunAsync(arguments),
        PeersScenario.Name => await PeersScenario.RunAsync(arguments),
        "idle" => await IdleScenario.RunAsync(arguments),
        StartScenario.Name => await StartScenario.RunAsync(arguments),
        TenantsScenario.Name => await TenantsScenario.RunAsync(arguments),
        AllScenarios.Name => await AllScenarios.RunAsync(arguments),
        "chaos" => await ChaosScenario.RunAsync(arguments),
        OutboxScenario.Name => await OutboxScenario.RunAsync(arguments),
        ScalingScenario.Name => await ScalingScenario.RunAsync(arguments),
        DrillScenario.Name => await DrillScenario.RunAsync(arguments),
        UpgradeScenario.Name => await UpgradeScenario.RunAsync(arguments),

        // The benchmark starts itself with these hidden commands, as processes of a scenario.
        HostCommand.Name => await HostCommand.RunAsync(HostSettings.From(arguments)),
        IngressHost.Name => await IngressHost.RunAsync(arguments),
        BareProxy.Name => await BareProxy.RunAsync(arguments),
        OutboxApplication.Name => await OutboxApplication.RunAsync(arguments),
        SenderProcess.Command => await SenderProcess.RunAsync(arguments),
        SinkCommand.Name => await SinkCommand.RunAsync(arguments),
        BacklogProcess.Name => await BacklogProcess.RunAsync(arguments),
        FanoutProcess.Name => await FanoutProcess.RunAsync(arguments),
        _ => throw new ArgumentException(
            """
            Name a scenario:
              embedded [--count 100000] [--pairs 3]
              postgres [--count 60000] [--pairs 3]
              mongodb  [--count 60000] [--pairs 3]   # with the server that NOTIFY_TEST_MONGODB names
              kafka    [--count 40000] [--pairs 3]
              ingress  [--count 60000] [--pairs 3] [--callers 64]
              gateway  [--count 60000] [--pairs 3] [--callers 64]
              fcm, apns, webhook, twilio [--latency 0] [--count 200000] [--pairs 3] [--callers 64]
              smtp     [--latency 0] [--count 100000] [--pairs 3] [--connections 8]
              slow-smtp [--latency 1500] [--count 2000] [--connections 8]
              many     [--count 1000000]
              import   [--count 1000000]
              many-embedded, many-ingress [--count 100000] [--pairs 3]
              lists    [--count 10000000] [--only TEXT] [--hold FILE]   # holds the server until FILE exists
              flood    [--streams 1000] [--half-open 15000] [--events 50000]
              fanout   [--count 1000000]
              fanout-personal [--count 1000000]
              backlog  [--count 1000000]
              priority [--count 500000] [--pairs 3] [--seconds 10] [--vendor-ms 50]
              fairness [--count 500000] [--pairs 3] [--vendor-ms 50]
              full     [--store embedded|postgres|mongodb] [--ended 10000000] [--waiting 1000000] [--count 60000] [--pairs 3]
              tenants  [--tenants 10000] [--each 100] [--pairs 3] [--vendor-ms 50]
              peers    [--count 40000] [--pairs 2]
                       [--peer hangfire|wolverine|cap|bullmq|node-apn|firebase-admin|nodemailer]
              start    [--pairs 3]
              idle     [--seconds 60]
              all      [--to bench] [--only NAME,NAME]: all of the above, or those named, written to RESULTS.md with a plot
              chaos    [--topology one|cluster] [--kills 50] [--stops 0] [--restarts 2] [--count 100000] [--clients 64]
                       [--seed N] [--data FOLDER]
              gateway-kills [--rounds 5] [--clients 16] [--pause-ms 0] [--between 500] [--processes every-role|few]
              outbox   [--engine postgresql|sqlite] [--kills 50] [--count 50000] [--applications 2] [--seed N]
              scaling  [--count 20000] [--pin yes] [--statements yes]
              drill    [--replication asynchronous|synchronous] [--failover automatic|manual] [--lag-seconds 0]
                       [--failback yes|no] [--count 2000] [--clients 16] [--pause-ms 0] [--interval 5] [--failures 6]
                       [--attempt-timeout-ms 5000] [--processes every-role|one]
              upgrade  [--count 1000] [--clients 8] [--pause-ms 0] [--previous Notify.Host.dll|this]
                       [--next-step yes]
            Its result is one JSON line, the last of the standard output.
            """
        ),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
