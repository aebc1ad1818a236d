using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Dashboard.Access;

/// <summary>Encrypts the stored keys of data protection as the application protects its other stored secrets.</summary>
internal sealed class KeyEncryptor(IServiceProvider application) : IXmlEncryptor
{
    public const string Purpose = "dashboard-key";

    public const string Element = "protected";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var secret = application
            .GetRequiredService<ISecretProtector>()
            .Protect(plaintextElement.ToString(SaveOptions.DisableFormatting), Purpose);
        return new EncryptedXmlInfo(new XElement(Element, secret), typeof(KeyDecryptor));
    }
}

/// <summary>Decrypts what <see cref="KeyEncryptor"/> encrypted. Data protection creates it by its name.</summary>
internal sealed class KeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var protector = services.GetRequiredService<ApplicationServices>().Provider.GetRequiredService<ISecretProtector>();
        return XElement.Parse(protector.Unprotect(encryptedElement.Value, KeyEncryptor.Purpose).Value);
    }
}
