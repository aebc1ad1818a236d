using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Notify.Providers.Apns;

namespace Notify.Benchmarks;

/// <summary>A provider token (JWT, ES256), which is made once for many pushes.</summary>
public class TokenBenchmarks
{
    private ProviderTokenKey _key = null!;

    [GlobalSetup]
    public void CreateKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _key = new ProviderTokenKey(
            new ApnsOptions
            {
                KeyId = "ABC123DEFG",
                TeamId = "DEF123GHIJ",
                Key = key.ExportPkcs8PrivateKeyPem(),
            }
        );
    }

    [Benchmark]
    public string Apns() => _key.Issue(DateTimeOffset.UtcNow).Authorization;
}
