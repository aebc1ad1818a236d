using Notify.Load;
using Notify.Load.Chaos;
using Notify.Load.Embedded;
using Notify.Load.Hosts;
using Notify.Load.Kafka;
using Notify.Load.PostgreSql;
using Notify.Load.Scaling;

try
{
    var arguments = new Arguments(args);
    return arguments.Command switch
    {
        "chaos" => await ChaosScenario.RunAsync(arguments),
        "embedded" => await EmbeddedScenario.RunAsync(arguments),
        "kafka" => await KafkaScenario.RunAsync(arguments),
        "postgres" => await PostgreSqlScenario.RunAsync(arguments),
        "scaling" => await ScalingScenario.RunAsync(arguments),
        SenderProcess.Command => await SenderProcess.RunAsync(arguments),
        HostCommand.Name => await HostCommand.RunAsync(HostSettings.From(arguments)),
        _ => throw new ArgumentException(
            """
            Name a scenario:
              chaos    [--topology one|cluster] [--kills 50] [--stops 0] [--restarts 2] [--count 100000] [--clients 64] [--seed N] [--data FOLDER]
              scaling  [--count 20000]
              embedded [--count 100000] [--pairs 3]
              postgres [--count 20000] [--pairs 3]
              kafka    [--count 20000] [--pairs 3]
            Its result is one JSON line, the last of the standard output.
            """),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
