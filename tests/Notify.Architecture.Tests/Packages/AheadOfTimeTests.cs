using Notify.Testing;

namespace Notify.Architecture.Tests.Packages;

/// <summary>The contracts work in an application that is compiled ahead of time, where reflection finds nothing.</summary>
public sealed class AheadOfTimeTests(PackedPackages packed)
{
    private const string Code = """
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using Notify;
        using Notify.Providers;

        var trigger = new Trigger { To = Recipient.Email("ada@example.org"), Template = "hello" }.WithData(
            new Hello("Ada"),
            ShopJson.Default.Hello
        );
        var json = JsonSerializer.Serialize(trigger, ShopJson.Default.Trigger);
        var read = JsonSerializer.Deserialize(json, ShopJson.Default.Trigger)!;
        Console.WriteLine($"{read.To} {read.DataElement} {Outcome.Sent().Kind}");

        internal sealed record Hello(string Name);

        [JsonSerializable(typeof(Trigger))]
        [JsonSerializable(typeof(Hello))]
        internal sealed partial class ShopJson : JsonSerializerContext;
        """;

    [Fact]
    public async Task A_published_program_that_uses_the_contracts_has_no_warning_and_runs()
    {
        using var shop = await Consumer.CreateAsync("console", packed, ["Notify.Abstractions"]);
        await shop.WriteAsync("Program.cs", Code);

        await shop.PublishAsync("-p:PublishAot=true");

        var output = await Command.RunAsync(shop.Folder, shop.PublishedProgram, []);
        Assert.Equal("""address:email {"Name":"Ada"} Sent""", output.Trim());
    }
}
