using System.IO.Compression;
using System.Net;
using System.Text;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the bodies of requests and their media types.</summary>
public sealed partial class EveryEndpointTests
{
    [Theory]
    [InlineData("POST", "/v1/notifications", """{"to":{"user":"ada"},"content":{"body":"a\u0000b"}}""", "content.body")]
    [InlineData("POST", "/v1/notifications", """{"to":{"user":"ada"},"template":"t","data":{"a":["\u0000"]}}""", "data.a[0]")]
    [InlineData("POST", "/v1/notifications", """{"to":{"user":"ada"},"template":"t","data":{"a\u0000":1}}""", "data")]
    [InlineData("PUT", "/v1/templates/t", """{"variants":[{"body":"\u0000"}]}""", "variants[0].body")]
    [InlineData("POST", "/v1/dead-letters/replay", """{"reason":"\u0000"}""", "reason")]
    [InlineData("POST", "/v1/topics/news/subscribers/remove", """{"users":["a\u0000"]}""", "users[0]")]
    public async Task NUL_in_a_body_is_refused(string method, string path, string json, string field)
    {
        using var response = await _shared.App.SendAsync(method, path, json);

        Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("Application/Json;Charset=\"UTF-8\"")]
    [InlineData("application/vnd.example+JSON")]
    public Task The_media_type_of_JSON_is_recognized_in_every_spelling(string contentType) =>
        Assert.AllAsync(JsonWrites(), async endpoint =>
        {
            using var response = await SendAsync(endpoint, content: Body(endpoint, contentType));

            Assert.NotEqual(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
            Assert.True((int)response.StatusCode < 300, $"{endpoint}: {response.StatusCode}");
        });

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public Task A_compressed_body_is_refused_with_an_error_that_names_the_header(string encoding) =>
        Assert.AllAsync(JsonWrites(), async endpoint =>
        {
            var content = new ByteArrayContent(Gzip(Writes[$"{endpoint}"]!))
            {
                Headers = { ContentType = new("application/json"), ContentEncoding = { encoding } },
            };
            using var response = await SendAsync(endpoint, content: content);

            var problem = await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
            Assert.Contains("Content-Encoding", problem.Text("title"), StringComparison.Ordinal);
            Assert.Equal("identity", response.Headers.GetValues("Accept-Encoding").Single());
        });

    [Fact]
    public Task The_error_for_a_byte_order_mark_says_so() => Assert.AllAsync(JsonWrites(), async endpoint =>
        {
            var content = Body(endpoint, "application/json", prefix: "\uFEFF");
            using var response = await SendAsync(endpoint, content: content);

            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Contains("byte order mark", problem.Text("title"), StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("[", 65)]
    [InlineData("[", 5_000)]
    [InlineData("{\"a\":", 65)]
    [InlineData("{\"a\":[", 33)]
    public Task The_error_for_JSON_that_is_nested_too_deeply_says_so(string level, int levels) =>
        Assert.AllAsync(JsonWrites(), async endpoint =>
        {
            var json = string.Concat(Enumerable.Repeat(level, levels));
            using var response = await SendAsync(endpoint, content: new StringContent(json, null, "application/json"));

            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Contains("nested too deeply", problem.Text("title"), StringComparison.Ordinal);
            Assert.Contains("64", problem.Text("detail"), StringComparison.Ordinal);
        });

    [Fact]
    public Task JSON_at_the_maximum_depth_gets_the_error_of_its_own_mistake() => Assert.AllAsync(JsonWrites(), async endpoint =>
        {
            var json = new string('[', 64) + "}";
            using var response = await SendAsync(endpoint, content: new StringContent(json, null, "application/json"));

            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Contains("not valid JSON", problem.Text("title"), StringComparison.Ordinal);
        });

    private static byte[] Gzip(string json)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(json));
        return bytes.ToArray();
    }
}
