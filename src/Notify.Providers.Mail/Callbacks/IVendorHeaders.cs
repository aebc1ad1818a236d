namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// The headers by which a mail vendor knows the delivery of an email, so that its events can be assigned. An email provider
/// writes them if its name is <see cref="Provider"/>.
/// </summary>
public interface IVendorHeaders
{
    /// <summary>Gets the name of the provider whose emails have the headers.</summary>
    string Provider { get; }

    /// <summary>Creates the headers of an email: those of its content, with those of the vendor.</summary>
    /// <param name="delivery">The delivery.</param>
    IEnumerable<KeyValuePair<string, string>> Create(Delivery delivery);
}

/// <summary>Extension methods for the headers of mail vendors.</summary>
public static class VendorHeadersExtensions
{
    /// <summary>Creates the headers of an email: those of its content, with those of the vendor if it has any.</summary>
    /// <param name="vendor">The headers of the provider's vendor; null if it has none.</param>
    /// <param name="delivery">The delivery.</param>
    public static IEnumerable<KeyValuePair<string, string>> CreateHeaders(this IVendorHeaders? vendor, Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return vendor?.Create(delivery) ?? delivery.GetOwnHeaders();
    }

    /// <summary>Gets the headers of the content.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> GetOwnHeaders(this Delivery delivery) =>
        delivery.Content.Email?.Headers ?? Enumerable.Empty<KeyValuePair<string, string>>();
}
