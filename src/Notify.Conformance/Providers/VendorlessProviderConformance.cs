using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>
/// What a provider promises that calls no vendor, such as one that writes to a file: nothing refuses a message, and there is no
/// answer to wait for.
/// </summary>
public abstract class VendorlessProviderConformance : ProviderFacts
{
    private static readonly Content[] Contents =
    [
        new() { Title = "A title alone" },
        new() { Body = "A body alone" },
        new() { Title = "HTML", Html = "<p>Text</p>" },
        new() { Body = new string('x', 100_000) },
        new() { Body = "\0 \u0001 \r\n \" ' \\ < \u2028 \ud83d\ude00" },
        new()
        {
            Body = "Data",
            Data = new Dictionary<string, string> { ["order"] = "42", [""] = "" },
        },
    ];

    [Fact]
    public async Task Every_message_is_taken_over()
    {
        var provider = await CreateAsync();

        foreach (var content in Contents)
        {
            var sending = provider.SendAsync(Delivery(provider) with { Content = content }, Cancellation).AsTask();

            Assert.Equal(OutcomeKind.Sent, (await sending.WaitAsync(CancellationTimeout, Cancellation)).Kind);
        }
    }

    /// <summary>Creates the provider.</summary>
    protected abstract ValueTask<IDeliveryProvider> CreateAsync();

    private protected sealed override ValueTask<IDeliveryProvider> CreateAcceptingAsync() => CreateAsync();
}
