namespace Notify.Providers.WebPush.Tests;

/// <summary>VAPID keys that were generated with web-push 3.6.7.</summary>
internal static class Keys
{
    public const string Public = "BK2AoQ5vKsisKK2mcsX4UPb5ktkAJxVJmhfyrk-30b2f3jj5gNgpufgaoYxEFpAk78NiKvHqaYCL0LOh4cKlE9M";
    public const string Private = "cJLCzwjHKEgsb1JWmTupQb6NnQ8kom-nJ4fcbbo_TMs";
    public const string OtherPublic = "BKZDNhvlV29XL2r4AUOY2j_mZvwkCQc1nSpqWtbnJofnCziRbZmqj4i4_gDmVdxzfSijwhy2NGUboXMiCk4xKvk";

    /// <summary>The keys of the subscription in RFC 8291, section 5.</summary>
    public const string P256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    public const string Auth = "BTBZMqHH6r4Tts7J_aSIgg";

    public static string Subscription(string endpoint) =>
        $$$"""{"endpoint":"{{{endpoint}}}","expirationTime":null,"keys":{"p256dh":"{{{P256dh}}}","auth":"{{{Auth}}}"}}""";
}
