using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Hosting.Secrets;

/// <summary>
/// Keeps the key ring in the store, encrypted with the first root key. Elements that another root key or none has encrypted are
/// encrypted again when they are read, so that a root key can be removed once every process knows its successor.
/// </summary>
/// <remarks>
/// Data Protection has no asynchronous interface. It reads the key ring at start and about once a day, and adds a key every 90
/// days, so the blocked thread does not matter.
/// </remarks>
internal sealed class KeyRingRepository(IDocumentStore documents, IOptions<SecretsOptions> options) : IXmlRepository
{
    public const string Collection = "key-ring";

    private const int MaxElements = 1_000;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyIdBytes = 8;
    private const int RootKeyBytes = 32;

    // The form of an encrypted element: a marker, the ID of the root key, the nonce, the tag, and the encrypted XML.
    private const int KeyIdAt = 1;
    private const int NonceAt = KeyIdAt + KeyIdBytes;
    private const int TagAt = NonceAt + NonceBytes;
    private const int CipherAt = TagAt + TagBytes;

    /// <summary>The first byte of an encrypted element. XML never begins with it.</summary>
    private const byte Encrypted = 1;

    private readonly byte[][] _rootKeys = [.. options.Value.RootKeys.Select(Derive)];

    public bool HasRootKey => _rootKeys.Length > 0;

    public IReadOnlyCollection<XElement> GetAllElements() => Wait(GetAllElementsAsync);

    public void StoreElement(XElement element, string friendlyName) =>
        Wait(() => WriteAsync(GetKey(friendlyName), element.ToString(SaveOptions.DisableFormatting)));

    private async Task<IReadOnlyCollection<XElement>> GetAllElementsAsync()
    {
        var stored = await documents
            .ListAsync(
                new DocumentQuery
                {
                    Collection = Collection,
                    Tenant = "",
                    Limit = MaxElements,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);
        var elements = new List<XElement>();
        foreach (var document in stored)
        {
            elements.Add(XElement.Parse(Read(document, out var isCurrent)));
            if (!isCurrent)
                await EncryptAgainAsync(document.Key).ConfigureAwait(false);
        }

        return elements;
    }

    private Task<bool> WriteAsync(DocumentKey key, string xml) =>
        documents.UpdateAsync(key, _ => Write(key, xml), CancellationToken.None).AsTask();

    // An element never changes, so it does not matter which process writes it.
    private async Task EncryptAgainAsync(DocumentKey key) =>
        await documents
            .UpdateAsync(
                key,
                stored =>
                    stored is not { } content
                        ? null
                        : (ReadOnlyMemory<byte>?)Write(key, Read(new StoredDocument { Key = key, Content = content }, out _)),
                CancellationToken.None
            )
            .ConfigureAwait(false);

    private byte[] Write(DocumentKey key, string xml)
    {
        var plain = Encoding.UTF8.GetBytes(xml);
        if (!HasRootKey)
            return plain;

        var content = new byte[CipherAt + plain.Length];
        content[0] = Encrypted;
        GetKeyId(_rootKeys[0]).CopyTo(content.AsSpan(KeyIdAt));
        var nonce = content.AsSpan(NonceAt, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_rootKeys[0], TagBytes);
        aes.Encrypt(nonce, plain, content.AsSpan(CipherAt), content.AsSpan(TagAt, TagBytes), Encoding.UTF8.GetBytes(key.Id));
        return content;
    }

    private string Read(StoredDocument document, out bool isCurrent)
    {
        var content = document.Content.Span;
        if (content[0] != Encrypted)
        {
            isCurrent = !HasRootKey;
            return Encoding.UTF8.GetString(content);
        }

        var id = content.Slice(KeyIdAt, KeyIdBytes).ToArray();
        var i = Array.FindIndex(_rootKeys, key => GetKeyId(key).SequenceEqual(id));
        if (i < 0)
        {
            throw new InvalidOperationException(
                "The key ring is encrypted with a root key that is not configured. Add the key to SecretsOptions.RootKeys "
                    + "(Notify:Secrets:RootKeys), which must contain the same keys in every process."
            );
        }

        isCurrent = i == 0;
        var plain = new byte[content.Length - CipherAt];
        using var aes = new AesGcm(_rootKeys[i], TagBytes);
        aes.Decrypt(
            content.Slice(NonceAt, NonceBytes),
            content[CipherAt..],
            content.Slice(TagAt, TagBytes),
            plain,
            Encoding.UTF8.GetBytes(document.Key.Id)
        );
        return Encoding.UTF8.GetString(plain);
    }

    // A root key is a text with enough entropy, so it needs no slow derivation.
    private static byte[] Derive(string rootKey) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(rootKey), RootKeyBytes, info: [.. "Notify key ring"u8]);

    // Tells which key was used, and nothing about the key.
    private static byte[] GetKeyId(byte[] key) => HMACSHA256.HashData(key, "Notify root key"u8)[..KeyIdBytes];

    private static DocumentKey GetKey(string friendlyName) => new(Collection, "", friendlyName);

    // On the thread pool, so that no synchronization context of the application can wait for itself.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
