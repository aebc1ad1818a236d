using System.Text.Json;
using Notify.Providers.Apns;
using Notify.Providers.Fcm;
using Notify.Providers.WebPush;

namespace Notify.Providers.Sandbox;

/// <summary>
/// Applies the rules of the real push providers. The sandbox stands for all of them, so it refuses what every provider of the
/// platform would refuse: a device of iOS has an APNs token, or a token of FCM if Firebase serves its app.
/// </summary>
internal sealed class SandboxPushRules(string provider) : IProviderRules
{
    private readonly ApnsRules _apns = new(provider);
    private readonly FcmRules _fcm = new(provider);
    private readonly WebPushRules _webPush = new(provider);

    public string Provider => provider;

    public IReadOnlyCollection<string> OverrideNames =>
        [.. _fcm.OverrideNames, .. _apns.OverrideNames, .. _webPush.OverrideNames];

    public string? FindAddressError(Address address) =>
        address.Platform switch
        {
            { } platform when platform == Platform.Ios && !IsFcmToken(address) => _apns.FindAddressError(address),
            { } platform when platform == Platform.Web && !IsFcmToken(address) => _webPush.FindAddressError(address),
            _ => _fcm.FindAddressError(address),
        };

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) =>
        [
            .. _fcm.FindOverrideErrors(overrides),
            .. _apns.FindOverrideErrors(overrides),
            .. _webPush.FindOverrideErrors(overrides),
        ];

    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        FieldError[] first = [];
        foreach (var rules in GetRules(to))
        {
            FieldError[] errors = [.. rules.FindContentErrors(content, to)];
            if (errors.Length == 0)
                return [];
            if (first.Length == 0)
                first = errors;
        }

        return first;
    }

    private IProviderRules[] GetRules(Address? to) =>
        to switch
        {
            { Platform: { } platform } when platform == Platform.Ios && !IsFcmToken(to) => [_apns],
            { Platform: { } platform } when platform == Platform.Web && !IsFcmToken(to) => [_webPush],
            { Platform: not null } => [_fcm],
            _ => [_fcm, _apns, _webPush],
        };

    // A registration token of Firebase contains a colon. The token of an iOS device is hexadecimal, and a subscription is JSON.
    private bool IsFcmToken(Address address) =>
        address.Value.Contains(':') && !IsSubscription(address) && _fcm.FindAddressError(address) is null;

    private static bool IsSubscription(Address address) => address.Value.AsSpan().TrimStart().StartsWith("{");
}
