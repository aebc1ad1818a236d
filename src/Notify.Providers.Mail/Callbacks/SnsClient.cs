using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Web;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Downloads the certificates of SNS and confirms subscriptions. It calls only the allowed hosts, over https, and follows no
/// redirect, so a forged message cannot make it call anything else.
/// </summary>
internal sealed partial class SnsClient(HttpClient http, IEnumerable<string> hosts, TimeProvider time) : IDisposable
{
    private const int MaxCertificates = 32;
    private const int MaxResponseBytes = 65_536;

    /// <summary>
    /// The number of failed downloads after which there is a pause, so that forged messages cannot cause a flood.
    /// </summary>
    private const int MaxFailures = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _hosts = new(hosts, StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _downloads = new(1);
    private int _failures;
    private DateTimeOffset _failedAt;

    /// <summary>Determines whether a URL is one of a certificate of SNS.</summary>
    public bool IsCertificate(string? url) =>
        Parse(url) is { Query: "" } parsed && CertificatePath().IsMatch(parsed.AbsolutePath);

    /// <summary>Determines whether a URL confirms the subscription of a topic.</summary>
    public bool IsConfirmation(string? url, string topic) =>
        Parse(url) is { AbsolutePath: "/" } parsed
        && HttpUtility.ParseQueryString(parsed.Query) is var query
        && query["Action"] == "ConfirmSubscription"
        && query["TopicArn"] == topic;

    /// <summary>Gets the public key of a certificate.</summary>
    /// <exception cref="HttpRequestException">The certificate could not be downloaded.</exception>
    /// <exception cref="CryptographicException">It is not a certificate with a suitable key, or it is not valid now.</exception>
    public async ValueTask<RSAParameters> GetKeyAsync(string url, CancellationToken cancellationToken)
    {
        if (!_keys.TryGetValue(url, out var key))
            key = await DownloadKeyAsync(url, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        return now >= key.NotBefore && now <= key.NotAfter
            ? key.Parameters
            : throw new CryptographicException("the certificate is not valid now");
    }

    /// <summary>Confirms a subscription.</summary>
    /// <exception cref="HttpRequestException">SNS did not confirm it.</exception>
    public async Task ConfirmAsync(string url, CancellationToken cancellationToken) =>
        await GetAsync(url, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _downloads.Dispose();

    private async ValueTask<SigningKey> DownloadKeyAsync(string url, CancellationToken cancellationToken)
    {
        await _downloads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_keys.TryGetValue(url, out var known))
                return known;
            if (_failures >= MaxFailures && time.GetUtcNow() - _failedAt < Pause)
                throw new HttpRequestException("downloads are paused after several failures");

            var key = Import(await GetAsync(url, cancellationToken).ConfigureAwait(false));
            _failures = 0;
            if (_keys.Count >= MaxCertificates)
                _keys.Clear();
            return _keys[url] = key;
        }
        catch (Exception exception) when (exception is HttpRequestException or CryptographicException)
        {
            _failures = time.GetUtcNow() - _failedAt < Pause ? _failures + 1 : 1;
            _failedAt = time.GetUtcNow();
            throw;
        }
        finally
        {
            _downloads.Release();
        }
    }

    private static SigningKey Import(byte[] certificate)
    {
        using var loaded = X509CertificateLoader.LoadCertificate(certificate);
        using var rsa = loaded.GetRSAPublicKey() ?? throw new CryptographicException("the certificate has no RSA key");
        if (rsa.KeySize < 2_048)
            throw new CryptographicException("the key of the certificate is too short");
        return new SigningKey(rsa.ExportParameters(includePrivateParameters: false), loaded.NotBefore, loaded.NotAfter);
    }

    private async Task<byte[]> GetAsync(string url, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(Timeout);
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, ending.Token)
                .ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"the response had the status {(int)response.StatusCode}");
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, ending.Token).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {Timeout.TotalSeconds:0} s");
        }
    }

    private Uri? Parse(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed is { Scheme: "https", IsDefaultPort: true, UserInfo: "", Fragment: "" }
        && _hosts.Contains(parsed.Host)
            ? parsed
            : null;

    [GeneratedRegex("^/SimpleNotificationService-[A-Za-z0-9]{1,64}\\.pem$", RegexOptions.CultureInvariant)]
    private static partial Regex CertificatePath();

    private sealed record SigningKey(RSAParameters Parameters, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
