using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Load.Chaos;
using Notify.Load.Flood;
using Notify.Load.Gateway;
using Notify.Load.Jobs;
using Notify.Load.Lists;
using Notify.Load.Many;
using Notify.Load.Measuring;
using Notify.Load.Outbox;
using Notify.Load.Recovery;
using Notify.Load.SlowSmtp;
using Notify.Load.Upgrades;

namespace Notify.Load;

/// <summary>The result of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Count">The number of notifications that it sent.</param>
/// <param name="PerSecond">The number of notifications per second.</param>
internal abstract record Result(
    [property: JsonPropertyOrder(-3)] string Scenario,
    [property: JsonPropertyOrder(-2)] int Count,
    [property: JsonPropertyOrder(-1)] double PerSecond
)
{
    /// <summary>Writes the result as one JSON line, which scripts read.</summary>
    public void Print() => Console.Out.WriteLine(JsonSerializer.Serialize(this, GetType(), ResultJson.Default));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChaosResult))]
[JsonSerializable(typeof(DrillResult))]
[JsonSerializable(typeof(FloodResult))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(KillsResult))]
[JsonSerializable(typeof(ListsResult))]
[JsonSerializable(typeof(ManyResult))]
[JsonSerializable(typeof(OutboxResult))]
[JsonSerializable(typeof(RatioResult))]
[JsonSerializable(typeof(SlowSmtpResult))]
[JsonSerializable(typeof(UpgradeResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
