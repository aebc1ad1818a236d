using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Http2PooledBuffers;

const string PoolVariable = "DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION";
TimeSpan delay = TimeSpan.FromMilliseconds(50);

if (args is ["server"])
{
    await DelayedServer.RunAsync(delay);
    return;
}

using var server = Process.Start(
    new ProcessStartInfo(
        Environment.ProcessPath!,
        Path.GetFileName(Environment.ProcessPath) is "dotnet" or "dotnet.exe"
            ? [typeof(PoolEvents).Assembly.Location, "server"]
            : ["server"]
    )
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    }
)!;
var address = new Uri((await server.StandardOutput.ReadLineAsync())!);
using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseCookies = false });
byte[] body = new byte[300];

Console.WriteLine(
    $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, "
        + $"{Environment.ProcessorCount} processors"
);
Console.WriteLine($"{PoolVariable}={Environment.GetEnvironmentVariable(PoolVariable) ?? "(not set: 32)"}");
Console.WriteLine();
Console.WriteLine("in flight   requests   bytes allocated    16 KB arrays    32 KB arrays   gen 0");
Console.WriteLine("                          for a request       allocated       allocated    GCs");
foreach (var callers in new[] { 16, 64, 256, 1024 })
{
    var count = callers * 50;
    await SendAsync(count, callers);

    GC.Collect();
    var (bytes, collections) = (GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0));
    await SendAsync(count, callers);
    bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
    collections = GC.CollectionCount(0) - collections;

    // Again, because listening to the events allocates too.
    using var events = new PoolEvents();
    await SendAsync(count, callers);
    var (of16, of32) = events.Allocated;
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{callers, 9} {count, 10:N0} {(double)bytes / count, 17:N0} {of16, 15:N0} {of32, 15:N0} {collections, 6}"
        )
    );
}

server.StandardInput.Close();
await server.WaitForExitAsync();

// Callers that each send one request after another, and read each answer to its end into a buffer that they keep.
Task SendAsync(int count, int callers)
{
    var taken = 0;
    return Task.WhenAll(
        Enumerable
            .Range(0, callers)
            .Select(_ =>
                Task.Run(async () =>
                {
                    var buffer = new byte[1024];
                    while (Interlocked.Increment(ref taken) <= count)
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Post, address)
                        {
                            Version = HttpVersion.Version20,
                            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                            Content = new ByteArrayContent(body),
                        };
                        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                        await using var answer = await response.Content.ReadAsStreamAsync();
                        while (await answer.ReadAsync(buffer) > 0) { }
                    }
                })
            )
    );
}
