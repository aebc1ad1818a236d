namespace Notify.Providers.Apns;

/// <summary>Proves to APNs who sends.</summary>
/// <param name="authorization">The request header's value.</param>
/// <param name="issuedAt">When it was made, in whole seconds.</param>
internal sealed class ProviderToken(string authorization, DateTimeOffset issuedAt)
{
    public string Authorization => authorization;

    public DateTimeOffset IssuedAt => issuedAt;
}
