using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>
/// Firebase Cloud Messaging: HTTP/2 over TLS, an access token as long as Google's, an answer with the id of the message.
/// </summary>
internal sealed class FcmVendor : WireVendor
{
    private const string TokenPath = "/token";

    /// <summary>Access tokens and registration tokens are about this long.</summary>
    private const int AccessTokenLength = 1020,
        RegistrationTokenLength = 142;

    public override string Name => "fcm";

    public override bool HasId => true;

    public override void AddTo(INotificationsBuilder notifications, Uri address)
    {
        using var key = RSA.Create(2048);
        var account = new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "shop-1234",
            ["private_key_id"] = "0123456789abcdef0123456789abcdef01234567",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "firebase-adminsdk@shop-1234.iam.gserviceaccount.com",
            ["client_id"] = "107200000000000000000",
            ["token_uri"] = new Uri(address, TokenPath).AbsoluteUri,
        };
        var json = account.ToJsonString();
        notifications.AddFcm(options => (options.BaseAddress, options.CredentialsJson) = (address, json));
    }

    public override SinkAnswer AnswerAt(string path) =>
        path == TokenPath
            ? new(
                200,
                $$"""{"access_token":"ya29.c.{{Letters(0, AccessTokenLength)}}","expires_in":3599,"token_type":"Bearer"}"""
            )
            {
                IsMessage = false,
            }
            : new(200, "{\n  \"name\": \"projects/shop-1234/messages/0:1726000000000000%31bd1c9631bd1c96\"\n}\n");

    protected override Address CreateAddress(int number, Uri address) =>
        new(Channel.Push, Letters(number, RegistrationTokenLength)) { Platform = Platform.Android };

    protected override Content CreateContent(int number) =>
        base.CreateContent(number) with
        {
            Push = new PushContent { Sound = "default", Thread = "orders" },
        };

    private static string Letters(int seed, int length)
    {
        var letters = new StringBuilder();
        for (var i = 0; letters.Length < length; i++)
        {
            var hash = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(i)]);
            letters.Append(Convert.ToHexStringLower(hash));
        }

        return letters.ToString(0, length);
    }
}
