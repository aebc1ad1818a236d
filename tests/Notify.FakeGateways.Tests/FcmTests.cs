using System.Text.Json;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;

namespace Notify.FakeGateways.Tests;

/// <summary>Tests the fake FCM with Google's own client for Node.js.</summary>
public sealed class FcmTests
{
    [Fact]
    public async Task Firebase_admin_works_against_the_fake()
    {
        await using var gateway = await FcmGateway.StartAsync();
        var (unregistered, mismatch, invalid, quota, certificate) = (
            FcmGateway.NewToken(),
            FcmGateway.NewToken(),
            FcmGateway.NewToken(),
            FcmGateway.NewToken(),
            FcmGateway.NewToken()
        );
        gateway.MisbehaveFor(unregistered, FcmFault.Answer(404, "UNREGISTERED"));
        gateway.MisbehaveFor(mismatch, FcmFault.Answer(403, "SENDER_ID_MISMATCH"));
        gateway.MisbehaveFor(invalid, FcmFault.Answer(400, "INVALID_ARGUMENT"));
        gateway.MisbehaveFor(quota, FcmFault.Answer(429, "QUOTA_EXCEEDED"));
        gateway.MisbehaveFor(certificate, FcmFault.Answer(401, "THIRD_PARTY_AUTH_ERROR"));

        var result = await RunAsync(gateway, FcmGateway.NewToken(), unregistered, mismatch, invalid, quota, certificate);

        Assert.StartsWith("projects/notify-fake/messages/0:", result.GetProperty("accepted").GetString());
        Assert.Equal("projects/notify-fake/messages/fake_message_id", result.GetProperty("dryRun").GetString());
        Assert.StartsWith("projects/", result.GetProperty("topic").GetString());
        Assert.StartsWith("projects/", result.GetProperty("condition").GetString());
        Assert.Equal("messaging/invalid-argument", result.GetProperty("malformedToken").GetString());
        Assert.Equal("messaging/invalid-argument", result.GetProperty("tooLarge").GetString());
        Assert.Equal(
            [
                "accepted",
                "messaging/registration-token-not-registered",
                "messaging/mismatched-credential",
                "messaging/invalid-argument",
                "messaging/message-rate-exceeded",
                "messaging/third-party-auth-error",
            ],
            result.GetProperty("each").EnumerateArray().Select(code => code.GetString())
        );
    }

    [Fact]
    public async Task The_fake_reads_what_firebase_admin_writes()
    {
        await using var gateway = await FcmGateway.StartAsync();
        var token = FcmGateway.NewToken();

        await RunAsync(gateway, token);

        var message = gateway.Messages[0];
        Assert.Equal(token, message.GetProperty("token").GetString());
        Assert.Equal("3600s", message.GetProperty("android").GetProperty("ttl").GetString());
        Assert.Equal("order", message.GetProperty("android").GetProperty("collapse_key").GetString());
        Assert.Equal("orders", gateway.Messages[2].GetProperty("topic").GetString());
        Assert.Single(gateway.AccessTokens);
        Assert.Equal("HTTP/2", gateway.Protocol);
    }

    [Fact]
    public async Task Firebase_admin_gets_no_access_token_with_another_accounts_key()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var other = await FcmGateway.StartAsync(hasOwnKey: true);

        var result = await RunAsync(gateway, other.Account, FcmGateway.NewToken());

        Assert.Equal("app/invalid-credential", result.GetProperty("accepted").GetString());
        Assert.Empty(gateway.AccessTokens);
    }

    private static Task<JsonElement> RunAsync(FcmGateway gateway, params string[] tokens) =>
        RunAsync(gateway, gateway.Account, tokens);

    private static async Task<JsonElement> RunAsync(FcmGateway gateway, FcmServiceAccount account, params string[] tokens)
    {
        using var folder = new TemporaryFolder();
        account.WriteCredentials(folder.File("firebase.json"));
        await File.WriteAllTextAsync(folder.File("root.pem"), gateway.Server.Authority!.RootPem);
        var environment = new Dictionary<string, string> { ["NODE_EXTRA_CA_CERTS"] = folder.File("root.pem") };
        var output = await NodeClient.RunAsync(
            "fcm.mjs",
            [gateway.Address.AbsoluteUri, folder.File("firebase.json"), .. tokens],
            environment
        );
        return JsonDocument.Parse(output).RootElement;
    }
}
