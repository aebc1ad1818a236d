namespace Notify.FakeGateways.Tests;

public sealed class NodeClientTests
{
    [Fact]
    public async Task A_client_that_fails_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeClient.RunAsync("no-such-script.mjs", []));

        Assert.Contains("no-such-script", failure.Message, StringComparison.Ordinal);
    }
}
